using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>The system's table of processes.</summary>
internal static class ProcessTable
{
    /// <summary>Every process that this user may see. Not one moment for all: a process that starts or ends meanwhile may be in it or not.</summary>
    /// <exception cref="NetException">NotSupportedHere.</exception>
    public static IReadOnlyList<ProcessRecord> Snapshot()
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxProcessTable.Snapshot();
        }
        if (OperatingSystem.IsWindows())
        {
            return WindowsProcessTable.Snapshot();
        }
        return OperatingSystem.IsMacOS() ? MacProcessTable.Snapshot()
            : throw new NetException(NetError.NotSupportedHere, "The processes of this system can't be listed; those of Linux, Windows and macOS can.");
    }

    /// <summary>One process; null where there is none with that number, or not any more.</summary>
    public static ProcessRecord? Find(int processId) =>
        OperatingSystem.IsLinux() ? LinuxProcessTable.Find(processId)
        : OperatingSystem.IsMacOS() ? MacProcessTable.Find(processId)
        : Snapshot().FirstOrDefault(p => p.ProcessId == processId);

    /// <summary>Whether that very process still runs. A zombie does not: it has ended.</summary>
    public static bool IsAlive(ProcessRecord process) => Find(process.ProcessId) is { IsZombie: false } now && now.IsSameProcess(process);

    /// <summary>All below a process, parents before their children, without the process itself; zombies among them.</summary>
    /// <remarks>
    /// A process whose parent has ended belongs to another (the first process, or a subreaper) from then on, and no system remembers
    /// where it came from. So collect before a kill, and after it ask <see cref="IsAlive"/> for what was collected and look once more
    /// for what those still alive have started; what a dead parent left behind before the collection can't be found.
    /// </remarks>
    public static IReadOnlyList<ProcessRecord> Descendants(int processId) => Descendants(processId, Snapshot());

    /// <inheritdoc cref="Descendants(int)"/>
    public static IReadOnlyList<ProcessRecord> Descendants(int processId, IReadOnlyList<ProcessRecord> snapshot)
    {
        ILookup<int, ProcessRecord> children = Children(snapshot);
        List<ProcessRecord> found = [.. children[processId]];
        for (int i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i].ProcessId]);
        }
        return found;
    }

    /// <summary>
    /// The processes by their parents' number, the roots under 0: those whose parent is not in the snapshot, or is younger than they
    /// are and so another process with the number of their parent, as Windows has it. There are no cycles therefore.
    /// </summary>
    public static ILookup<int, ProcessRecord> Children(IReadOnlyList<ProcessRecord> snapshot)
    {
        Dictionary<int, ProcessRecord> byId = new(snapshot.Count);
        foreach (ProcessRecord process in snapshot)
        {
            byId[process.ProcessId] = process;
        }
        // The first process of Windows has the number 0, and is its own parent.
        return snapshot.Where(p => p.ProcessId != 0).ToLookup(p => byId.TryGetValue(p.ParentProcessId, out ProcessRecord? parent) && IsParent(parent, p) ? parent.ProcessId : 0);
    }

    private static bool IsParent(ProcessRecord parent, ProcessRecord child) =>
        parent.StartMark < child.StartMark || (parent.StartMark == child.StartMark && parent.ProcessId != child.ProcessId);
}
