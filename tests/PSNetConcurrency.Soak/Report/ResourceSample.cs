using System.Diagnostics;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Soak.Report;

/// <summary>What this process holds at a moment at which nothing is under way.</summary>
/// <param name="Managed">Bytes of managed memory, after a full collection.</param>
/// <param name="WorkingSet">Bytes of memory resident.</param>
/// <param name="Descriptors">Open descriptors; handles on Windows.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Children">Processes that this one started and that are still there, zombies among them.</param>
internal sealed record ResourceSample(TimeSpan At, long Managed, long WorkingSet, int Descriptors, int Threads, int Children)
{
    public static ResourceSample Take(TimeSpan at)
    {
        // Twice: what has a finalizer is free only after it.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using Process self = Process.GetCurrentProcess();
        return new ResourceSample(at, GC.GetTotalMemory(forceFullCollection: true), self.WorkingSet64, CountDescriptors(self), self.Threads.Count,
            ProcessTable.Snapshot().Count(p => p.ParentProcessId == Environment.ProcessId));
    }

    private static int CountDescriptors(Process self)
    {
        // Not of Process on Unix, which counts none there.
        string folder = OperatingSystem.IsLinux() ? "/proc/self/fd" : "/dev/fd";
        return OperatingSystem.IsWindows() ? self.HandleCount : Directory.GetFileSystemEntries(folder).Length;
    }
}
