using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>Processes from macOS's libproc.</summary>
[SupportedOSPlatform("macos")]
internal static unsafe partial class MacProcessTable
{
    private const int All = 3, Short = 13;

    // Asks for zombies as well.
    private const ulong WithZombies = 1;

    public static IReadOnlyList<ProcessRecord> Snapshot()
    {
        // The table may grow between the two calls.
        int[] ids = new int[Math.Max(1024, ListAllIds(null, 0) + 256)];
        int count;
        fixed (int* p = ids)
        {
            count = ListAllIds(p, ids.Length * sizeof(int));
        }
        List<ProcessRecord> found = [];
        for (int i = 0; i < Math.Min(count, ids.Length); i++)
        {
            if (Find(ids[i]) is { } process)
            {
                found.Add(process);
            }
        }
        return found;
    }

    public static ProcessRecord? Find(int processId)
    {
        BasicInfo info;
        if (Information(processId, All, WithZombies, &info, sizeof(BasicInfo)) == sizeof(BasicInfo))
        {
            long start = (long)((info.StartSeconds * 1_000_000) + info.StartMicroseconds);
            string name = Text(info.Name, 32);
            return new ProcessRecord
            {
                ProcessId = processId,
                ParentProcessId = (int)info.ParentId,
                ProcessGroupId = (int)info.GroupId,
                Name = name.Length > 0 ? name : Text(info.Command, 16),
                StartMark = start,
                StartTime = DateTimeOffset.UnixEpoch.AddTicks(start * TimeSpan.TicksPerMicrosecond).ToLocalTime(),
                Native = Letter(info.Status),
            };
        }
        // Of another user's processes only this is told.
        ShortInfo brief;
        return Information(processId, Short, WithZombies, &brief, sizeof(ShortInfo)) != sizeof(ShortInfo) ? null : new ProcessRecord
        {
            ProcessId = processId,
            ParentProcessId = (int)brief.ParentId,
            ProcessGroupId = (int)brief.GroupId,
            Name = Text(brief.Command, 16),
            StartMark = 0,
            Native = Letter(brief.Status),
        };
    }

    private static string Text(byte* text, int size)
    {
        ReadOnlySpan<byte> bytes = new(text, size);
        int end = bytes.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    // SIDL, SRUN, SSLEEP, SSTOP, SZOMB in the letters of ps.
    private static char Letter(uint status) => status switch { 1 => 'I', 2 => 'R', 3 => 'S', 4 => 'T', 5 => 'Z', _ => '?' };

    [LibraryImport("libproc", EntryPoint = "proc_listallpids")]
    private static partial int ListAllIds(int* buffer, int size);

    [LibraryImport("libproc", EntryPoint = "proc_pidinfo")]
    private static partial int Information(int processId, int flavor, ulong argument, void* buffer, int size);

    // struct proc_bsdinfo of sys/proc_info.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct BasicInfo
    {
        public uint Flags, Status, ExitStatus, Id, ParentId, UserId, UserGroupId, RealUserId, RealGroupId, SavedUserId, SavedGroupId, Reserved;
        public fixed byte Command[16];
        public fixed byte Name[32];
        public uint Files, GroupId, JobControl, Terminal, TerminalGroup;
        public int Nice;
        public ulong StartSeconds, StartMicroseconds;
    }

    // struct proc_bsdshortinfo.
    [StructLayout(LayoutKind.Sequential)]
    private struct ShortInfo
    {
        public uint Id, ParentId, GroupId, Status;
        public fixed byte Command[16];
        public uint Flags, UserId, UserGroupId, RealUserId, RealGroupId, SavedUserId, SavedGroupId, Reserved;
    }
}
