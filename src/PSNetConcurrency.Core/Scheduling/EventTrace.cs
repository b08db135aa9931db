namespace PSNetConcurrency.Core.Scheduling;

/// <summary>The events of a run, in their order.</summary>
internal sealed class EventTrace(SchedulerPlan plan)
{
    private readonly List<SchedulerEvent> _events = [];

    /// <param name="now">When, in ticks.</param>
    /// <param name="kind">What.</param>
    /// <param name="job">To which job; negative for what concerns all.</param>
    /// <param name="processor">On which processor.</param>
    /// <param name="queue">The job's queue after it.</param>
    /// <param name="reason">Why.</param>
    public void Add(long now, SchedulerEventKind kind, int job, int? processor, int? queue, string reason) =>
        _events.Add(new SchedulerEvent(plan.Scale.ToTime(now), kind, job < 0 ? null : plan.Names[job], processor, queue, reason));

    public SchedulerEvent[] ToArray() => [.. _events];
}
