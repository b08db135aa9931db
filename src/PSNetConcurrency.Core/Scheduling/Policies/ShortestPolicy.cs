using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>The shortest next CPU burst first (SJF); preemptive, the one with the least left (SRTF). Equal ones in the order in which they became ready.</summary>
internal sealed class ShortestPolicy(PolicyContext context, bool preemptive) : ISchedulingPolicy
{
    private readonly KeyHeap<long> _ready = new();

    public int ReadyCount => _ready.Count;

    public bool IsPreemptive => preemptive;

    public void Enter(int job, ReadyReason reason, long now) => _ready.Add(context.Jobs[job].BurstLeft, context.Jobs[job].Sequence, job);

    public int Next(long now) => _ready.Take();

    public string Why(int job, long now) => $"{context.Plan.Scale.Format(context.Jobs[job].BurstLeft)} to compute, the least of {ReadyCount + 1}";

    public long NextRank(long now) => _ready.LeastKey;

    public long RunningRank(int job, long ran) => context.Jobs[job].BurstLeft - ran;
}
