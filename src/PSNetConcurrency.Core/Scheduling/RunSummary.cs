namespace PSNetConcurrency.Core.Scheduling;

/// <summary>The longest wait without the processor in a run: which job's, from when to when.</summary>
internal readonly record struct LongestWait(int Job, long From, long To);

/// <summary>The uninterrupted run of a job behind which most was waited.</summary>
/// <param name="Job">The job; negative where nobody ever waited.</param>
/// <param name="From">When it got the processor.</param>
/// <param name="To">When it gave it back.</param>
/// <param name="Waiting">How many were ready then.</param>
/// <param name="Waited">How long all together waited meanwhile.</param>
internal readonly record struct Convoy(int Job, long From, long To, int Waiting, Int128 Waited);

/// <summary>What a run came to.</summary>
internal sealed record RunSummary(SchedulerPlan Plan, JobState[] Jobs, GanttRecord Gantt, EventTrace? Trace, LongestWait LongestWait, Convoy Convoy)
{
    public required Int128 Busy { get; init; }

    public required long Switches { get; init; }

    public required long Events { get; init; }

    /// <summary>How long a job was neither on a processor nor in I/O.</summary>
    public long WaitingOf(int job) => Jobs[job].Completion - Plan.Jobs[job].Arrival - Plan.Jobs[job].Burst - Jobs[job].IoTicks;
}
