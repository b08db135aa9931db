using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>The job that all children are in: when this process is gone, however it went, the system ends the job with all in it.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WindowsJob
{
    private const int ExtendedLimits = 9, LimitsSize = 144, LimitFlagsOffset = 16;
    private const uint KillOnClose = 0x2000, ControlBreak = 1;

    private static readonly Lazy<nint> Job = new(Create);

    /// <summary>Takes a process in, and with it all that it will start.</summary>
    public static void Take(Process process)
    {
        if (Job.Value != 0 && !AssignProcess(Job.Value, process.Handle) && !process.HasExited)
        {
            throw new System.ComponentModel.Win32Exception();
        }
    }

    /// <summary>CTRL_BREAK to a process that leads a group and shares this console; false where there is none.</summary>
    public static bool SendBreak(int processId) => GenerateEvent(ControlBreak, (uint)processId);

    public static long? PeakMemory(Process process)
    {
        MemoryCounters counters = new() { Size = (uint)sizeof(MemoryCounters) };
        return GetMemory(process.Handle, &counters, counters.Size) ? (long)counters.PeakWorkingSet : null;
    }

    private static nint Create()
    {
        nint job = CreateJob(0, 0);
        // JOBOBJECT_EXTENDED_LIMIT_INFORMATION, of which one flag is set.
        byte* limits = stackalloc byte[LimitsSize];
        new Span<byte>(limits, LimitsSize).Clear();
        *(uint*)(limits + LimitFlagsOffset) = KillOnClose;
        _ = SetInformation(job, ExtendedLimits, limits, sizeof(nint) == 8 ? LimitsSize : 112u);
        return job;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial nint CreateJob(nint security, nint name);

    [LibraryImport("kernel32", EntryPoint = "SetInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformation(nint job, int kind, void* value, uint size);

    [LibraryImport("kernel32", EntryPoint = "AssignProcessToJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcess(nint job, nint process);

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GenerateEvent(uint kind, uint group);

    [LibraryImport("kernel32", EntryPoint = "K32GetProcessMemoryInfo", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetMemory(nint process, MemoryCounters* counters, uint size);

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryCounters
    {
        public uint Size;
        public uint PageFaults;
        public nuint PeakWorkingSet;
        public nuint WorkingSet, PeakPagedPool, PagedPool, PeakNonPagedPool, NonPagedPool, Pagefile, PeakPagefile;
    }
}
