using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>Processes from /proc/ID/stat.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxProcessTable
{
    // The kernel cuts a name off here (TASK_COMM_LEN without its NUL).
    private const int LongestName = 15;
    private const int ClockTicksName = 2, BootClock = 7;

    private static readonly double TicksPerClockTick = TimeSpan.TicksPerSecond / (double)Math.Max(1, SystemConfiguration(ClockTicksName));
    private static readonly DateTimeOffset BootTime = FindBootTime();

    public static IReadOnlyList<ProcessRecord> Snapshot()
    {
        List<int> ids = ProcFile.Numbers("/proc");
        if (ids.Count == 0)
        {
            throw new NetException(NetError.NotSupportedHere, "/proc shows no processes. Mount it: mount -t proc proc /proc.", "/proc");
        }
        Span<byte> buffer = stackalloc byte[ProcFile.BufferSize];
        List<ProcessRecord> found = new(ids.Count);
        foreach (int id in ids)
        {
            if (Parse(id, ProcFile.Read(id, "stat"u8, buffer)) is { } process)
            {
                found.Add(process);
            }
        }
        return found;
    }

    public static ProcessRecord? Find(int processId)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.BufferSize];
        return Parse(processId, ProcFile.Read(processId, "stat"u8, buffer));
    }

    /// <summary>One line of /proc/ID/stat: <c>ID (name) S parent group session ...</c>; the name may hold brackets and spaces.</summary>
    internal static ProcessRecord? Parse(int id, ReadOnlySpan<byte> stat)
    {
        const int ParentField = 4, GroupField = 5, ThreadsField = 20, StartField = 22;
        int open = stat.IndexOf((byte)'('), close = stat.LastIndexOf((byte)')');
        if (open < 0 || close < open || close + 2 >= stat.Length)
        {
            return null;
        }
        ReadOnlySpan<byte> name = stat[(open + 1)..close];
        char native = (char)stat[close + 2];
        ReadOnlySpan<byte> rest = stat[(close + 4)..];
        long parent = 0, group = 0, threads = 0, start = 0;
        for (int field = ParentField; field <= StartField; field++)
        {
            if (!Utf8Parser.TryParse(rest, out long value, out int used))
            {
                return null;
            }
            switch (field)
            {
                case ParentField: parent = value; break;
                case GroupField: group = value; break;
                case ThreadsField: threads = value; break;
                case StartField: start = value; break;
            }
            rest = rest[Math.Min(rest.Length, used + 1)..];
        }
        return new ProcessRecord
        {
            ProcessId = id,
            ParentProcessId = (int)parent,
            ProcessGroupId = (int)group,
            Name = name.Length >= LongestName ? WholeName(id, name) : Encoding.UTF8.GetString(name),
            StartMark = start,
            StartTime = BootTime.AddTicks((long)(start * TicksPerClockTick)),
            Native = native,
            ThreadCount = (int)threads,
        };
    }

    // A long name is whole in the command line, as long as the program did not rewrite that.
    private static string WholeName(int id, ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.BufferSize];
        ReadOnlySpan<byte> commandLine = ProcFile.Read(id, "cmdline"u8, buffer);
        int end = commandLine.IndexOf((byte)0);
        ReadOnlySpan<byte> program = end < 0 ? commandLine : commandLine[..end];
        ReadOnlySpan<byte> file = program[(program.LastIndexOf((byte)'/') + 1)..];
        return Encoding.UTF8.GetString(file.StartsWith(name) ? file : name);
    }

    private static DateTimeOffset FindBootTime()
    {
        TimeSpec sinceBoot = default;
        _ = ClockTime(BootClock, &sinceBoot);
        return DateTimeOffset.Now.AddTicks(-((sinceBoot.Seconds * TimeSpan.TicksPerSecond) + (sinceBoot.Nanoseconds / TimeSpan.NanosecondsPerTick)));
    }

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial nint SystemConfiguration(int name);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockTime(int clock, TimeSpec* time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
