using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>Processes, and their threads, from Windows' NtQuerySystemInformation: what Task Manager shows, in one call.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WindowsProcessTable
{
    private const int ProcessInformation = 5;
    private const int LengthMismatch = unchecked((int)0xC0000004);

    public static IReadOnlyList<ProcessRecord> Snapshot()
    {
        List<ProcessRecord> found = [];
        Read((process, _) => found.Add(process));
        return found;
    }

    /// <summary>Calls <paramref name="each"/> for every process with the states of its threads.</summary>
    public static void Read(Action<ProcessRecord, IReadOnlyList<WindowsThread>> each)
    {
        int size = 512 * 1024, status, needed;
        byte[] buffer;
        do
        {
            buffer = new byte[size];
            fixed (byte* p = buffer)
            {
                status = QuerySystemInformation(ProcessInformation, p, buffer.Length, out needed);
                if (status == 0)
                {
                    Parse(p, each);
                    return;
                }
            }
            // The table may grow before the next call.
            size = Math.Max(size * 2, needed + (64 * 1024));
        }
        while (status == LengthMismatch && size < 256 * 1024 * 1024);
        throw new NetException(NetError.SocketFailure, $"Windows did not list the processes: NtQuerySystemInformation returned 0x{status:X8}.");
    }

    private static void Parse(byte* at, Action<ProcessRecord, IReadOnlyList<WindowsThread>> each)
    {
        while (true)
        {
            Entry* entry = (Entry*)at;
            Thread* thread = (Thread*)(entry + 1);
            List<WindowsThread> threads = new((int)entry->ThreadCount);
            for (uint i = 0; i < entry->ThreadCount; i++, thread++)
            {
                threads.Add(new WindowsThread((int)thread->ThreadId, thread->State, thread->WaitReason, thread->ContextSwitches, TimeSpan.FromTicks(thread->KernelTime + thread->UserTime)));
            }
            string name = entry->Name == null ? "Idle" : new string(entry->Name, 0, entry->NameLength / sizeof(char));
            each(new ProcessRecord
            {
                ProcessId = (int)entry->ProcessId,
                ParentProcessId = (int)entry->ParentId,
                Name = name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name,
                StartMark = entry->CreateTime,
                StartTime = entry->CreateTime > 0 ? DateTimeOffset.FromFileTime(entry->CreateTime) : null,
                ThreadCount = (int)entry->ThreadCount,
            }, threads);
            if (entry->Next == 0)
            {
                return;
            }
            at += entry->Next;
        }
    }

    [LibraryImport("ntdll", EntryPoint = "NtQuerySystemInformation")]
    private static partial int QuerySystemInformation(int informationClass, byte* buffer, int size, out int needed);

    // SYSTEM_PROCESS_INFORMATION, whose threads follow.
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public uint Next, ThreadCount;
        public long WorkingSetPrivateSize;
        public uint HardFaults, MostThreads;
        public ulong Cycles;
        public long CreateTime, UserTime, KernelTime;
        public ushort NameLength, NameSize;
        public char* Name;
        public int BasePriority;
        public nint ProcessId, ParentId;
        public uint Handles, Session;
        public nint Key, PeakVirtualSize, VirtualSize;
        public uint PageFaults;
        public nint PeakWorkingSet, WorkingSet, PeakPaged, Paged, PeakNonPaged, NonPaged, PageFile, PeakPageFile, PrivatePages;
        public long Reads, Writes, Others, ReadBytes, WrittenBytes, OtherBytes;
    }

    // SYSTEM_THREAD_INFORMATION.
    [StructLayout(LayoutKind.Sequential)]
    private struct Thread
    {
        public long KernelTime, UserTime, CreateTime;
        public uint WaitTime;
        public nint StartAddress, ProcessId, ThreadId;
        public int Priority, BasePriority;
        public uint ContextSwitches, State, WaitReason;
    }
}

/// <summary>A thread in Windows' words: KTHREAD_STATE and KWAIT_REASON.</summary>
internal readonly record struct WindowsThread(int ThreadId, uint State, uint WaitReason, uint ContextSwitches, TimeSpan ProcessorTime);
