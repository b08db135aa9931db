using System.Diagnostics;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Soak.Report;

/// <summary>What this process holds at a moment at which nothing is under way.</summary>
/// <param name="Managed">Bytes of managed memory, after a full collection.</param>
/// <param name="WorkingSet">Bytes of memory resident.</param>
/// <param name="Descriptors">Open descriptors; on Linux without those of assemblies; handles on Windows.</param>
/// <param name="Threads">Threads, without those of the runtime's pool, which makes and ends them as it sees fit.</param>
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
        return new ResourceSample(at, GC.GetTotalMemory(forceFullCollection: true), self.WorkingSet64, CountDescriptors(self), self.Threads.Count - ThreadPool.ThreadCount,
            ProcessTable.Snapshot().Count(p => p.ParentProcessId == Environment.ProcessId));
    }

    private static int CountDescriptors(Process self)
    {
        if (OperatingSystem.IsLinux())
        {
            return Directory.GetFiles("/proc/self/fd").Count(f => !IsAssembly(f));
        }
        // Not of Process on macOS, which counts none there.
        return OperatingSystem.IsWindows() ? self.HandleCount : Directory.GetFileSystemEntries("/dev/fd").Length;
    }

    // The runtime holds on to assemblies, which it loads when they are first used, an hour later perhaps.
    private static bool IsAssembly(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false) is { Extension: ".dll" or ".pdb" };
        }
        catch (IOException)
        {
            // The one that the folder itself was read through.
            return true;
        }
    }
}
