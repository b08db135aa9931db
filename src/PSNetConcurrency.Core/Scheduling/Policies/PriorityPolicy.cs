using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>
/// The lowest priority number first, and where jobs age, one less for each interval waited. Equal ones in the order in which
/// they came to that number.
/// </summary>
/// <remarks>
/// A job of priority p that waits since r comes to level e at r + (p − e)·A. So p·A + r, which does not change while it waits,
/// orders by level and within a level, and ageing needs no events.
/// </remarks>
internal sealed class PriorityPolicy(PolicyContext context, bool preemptive) : ISchedulingPolicy
{
    private readonly KeyHeap<long> _ready = new();
    private readonly long _interval = context.Plan.AgingInterval;

    // The level with which a job got the processor, and keeps it.
    private readonly long[] _level = new long[context.Jobs.Length];

    public int ReadyCount => _ready.Count;

    public bool IsPreemptive => preemptive;

    public bool RanksChange => preemptive && _interval > 0;

    public void Enter(int job, ReadyReason reason, long now)
    {
        ref JobState state = ref context.Jobs[job];
        long priority = context.Plan.Jobs[job].Priority;
        _ready.Add(_interval > 0 ? checked((priority * _interval) + state.EnteredAt) : priority, state.Sequence, job);
    }

    public int Next(long now)
    {
        int job = _ready.Take();
        _level[job] = LevelOf(job, now);
        long waited = now - context.Jobs[job].EnteredAt;
        if (context.Trace is { } trace && _level[job] < context.Plan.Jobs[job].Priority)
        {
            trace.Add(now, SchedulerEventKind.Aged, job, null, null, $"waited {context.Plan.Scale.Format(waited)}: priority {context.Plan.Jobs[job].Priority} counts as {_level[job]}");
        }
        return job;
    }

    public string Why(int job, long now) => $"priority {_level[job]}, the first of {ReadyCount + 1}";

    public long NextRank(long now) => LevelOf(_ready.First, now);

    public long RunningRank(int job, long ran) => _level[job];

    public long OvertakesAt(int running) => ReadyCount == 0 || _interval == 0 ? long.MaxValue : _ready.LeastKey - ((_level[running] - 1) * _interval);

    private long LevelOf(int job, long now)
    {
        long priority = context.Plan.Jobs[job].Priority;
        return _interval > 0 ? priority - ((now - context.Jobs[job].EnteredAt) / _interval) : priority;
    }
}
