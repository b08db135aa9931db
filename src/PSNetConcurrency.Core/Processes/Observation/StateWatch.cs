using System.Runtime.CompilerServices;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>Watches processes change their states, by sampling: no system reports the changes themselves to ordinary programs.</summary>
internal static class StateWatch
{
    /// <summary>Ends when every process has ended, or after <paramref name="duration"/> (null: no limit).</summary>
    public static async IAsyncEnumerable<StateTransition> RunAsync(
        IReadOnlyList<ProcessRecord> processes, TimeSpan interval, TimeSpan? duration, [EnumeratorCancellation] CancellationToken stop)
    {
        StateSampler sampler = new(processes);
        Seen?[] last = new Seen?[processes.Count];
        long ends = duration is { } limit ? Environment.TickCount64 + (long)limit.TotalMilliseconds : long.MaxValue;
        using PeriodicTimer timer = new(interval);
        do
        {
            ProcessObservation?[] now = await sampler.SampleAsync(withThreads: false, stop).ConfigureAwait(false);
            for (int i = 0; i < now.Length; i++)
            {
                if (Change(processes[i], last[i], now[i]?.Process, out Seen seen) is { } transition)
                {
                    yield return transition;
                }
                last[i] = seen;
            }
        }
        while (last.Any(s => s!.State != ProcessState.Terminated) && Environment.TickCount64 < ends && await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    internal static StateTransition? Change(ProcessRecord process, Seen? last, ProcessStateInfo? now, out Seen seen)
    {
        ProcessState state = now?.State ?? ProcessState.Terminated;
        DateTimeOffset time = now?.Time ?? DateTimeOffset.Now;
        if (last?.State == state)
        {
            seen = last;
            return null;
        }
        seen = new Seen(state, time, now?.ContextSwitches);
        ProcessState? from = last?.State;
        ProcessState[] missed = from is null ? [] : StateModel.Between(from.Value, state);
        string reason = StateModel.Reason(from, state, now?.WaitReason);
        return new StateTransition
        {
            Time = time,
            ProcessId = process.ProcessId,
            Name = process.Name,
            From = from,
            To = state,
            IsLegal = from is null || StateModel.IsLegal(from.Value, state),
            Missed = missed,
            Reason = missed.Length > 0 ? $"{reason} (was {missed[0]} in between, too briefly for the samples)" : reason,
            Duration = time - (last?.Since ?? time),
            // Counts of threads that have ended are gone with them.
            ContextSwitches = now?.ContextSwitches is { } switches && last?.ContextSwitches is { } before ? Math.Max(0, switches - before) : null,
            Processor = now?.Processor,
        };
    }

    /// <summary>The state a process was seen in, since when, and how often it had left a processor by then.</summary>
    internal sealed record Seen(ProcessState State, DateTimeOffset Since, long? ContextSwitches);
}
