using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>The state of a process and, where asked for, of each of its threads.</summary>
internal sealed record ProcessObservation(ProcessStateInfo Process, IReadOnlyList<ProcessStateInfo> Threads);

/// <summary>Looks at the states of some processes, again and again; it learns about their threads as it does.</summary>
internal sealed class StateSampler
{
    private readonly IReadOnlyList<ProcessRecord> _processes;
    private readonly LinuxStateObserver[] _onLinux = [];

    /// <exception cref="NetException">NotSupportedHere.</exception>
    public StateSampler(IReadOnlyList<ProcessRecord> processes)
    {
        _processes = processes;
        if (OperatingSystem.IsLinux())
        {
            _onLinux = Observers(processes);
        }
        else if (!OperatingSystem.IsWindows())
        {
            throw new NetException(NetError.NotSupportedHere, "Whether a process is ready, running or blocked can be told on Linux and Windows. This system shows it to debuggers only.");
        }
    }

    /// <summary>One observation a process, in their order; null for one that is gone.</summary>
    public async Task<ProcessObservation?[]> SampleAsync(bool withThreads, CancellationToken stop)
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsStates.Observe(_processes, withThreads);
        }
        // At once: one that has to be looked at twice keeps no other waiting.
        return OperatingSystem.IsLinux() ? await ObserveAsync(_onLinux, withThreads, stop).ConfigureAwait(false) : [];
    }

    /// <summary>The state of a whole process: that of its busiest thread, and of the first where none runs or is ready.</summary>
    public static int Deciding(IReadOnlyList<ProcessState> threads)
    {
        int best = 0;
        for (int i = 1; i < threads.Count; i++)
        {
            if (Weight(threads[i]) > Weight(threads[best]))
            {
                best = i;
            }
        }
        return best;

        static int Weight(ProcessState state) => state switch
        {
            ProcessState.Running => 3,
            ProcessState.Ready => 2,
            // The first thread of a process may end before the others do, and is a zombie then among living.
            ProcessState.Zombie or ProcessState.Terminated => 0,
            _ => 1,
        };
    }

    [SupportedOSPlatform("linux")]
    private static LinuxStateObserver[] Observers(IReadOnlyList<ProcessRecord> processes) => [.. processes.Select(p => new LinuxStateObserver(p))];

    [SupportedOSPlatform("linux")]
    private static Task<ProcessObservation?[]> ObserveAsync(LinuxStateObserver[] observers, bool withThreads, CancellationToken stop) =>
        Task.WhenAll(observers.Select(o => o.ObserveAsync(withThreads, stop)));
}
