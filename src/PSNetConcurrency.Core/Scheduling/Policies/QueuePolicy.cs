using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>First come, first served; with a quantum it is round robin.</summary>
internal sealed class QueuePolicy(PolicyContext context, long quantum) : ISchedulingPolicy
{
    private readonly JobLists _ready = new(context.Jobs.Length, 1);

    public int ReadyCount { get; private set; }

    public void Enter(int job, ReadyReason reason, long now)
    {
        ReadyCount++;
        _ready.Append(0, job);
    }

    public int Next(long now)
    {
        ReadyCount--;
        return _ready.Take(0);
    }

    public string Why(int job, long now) => $"first in the queue, since {context.Plan.Scale.Format(context.Jobs[job].EnteredAt)}";

    public long Slice(int job) => quantum;

    public long ExtendAlone(int job, long slice, long limit) => slice < limit ? limit - (limit % quantum) : slice;
}
