using PSNetConcurrency.Core.Scheduling.Policies;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>Who has to give up a processor before its run is over.</summary>
internal sealed partial class SchedulerEngine
{
    private long _overtakesAt = long.MaxValue;

    // All running jobs go back to the heads of their queues, as if they were only the first there; who is chosen again goes on.
    private void PutBack(long now)
    {
        for (int at = _processors.Length - 1; at >= 0; at--)
        {
            if (_processors[at].Job >= 0)
            {
                Settle(at, now);
                int job = _processors[at].PutBack = Release(at, now);
                Ready(job, ReadyReason.Preempted, now);
            }
        }
    }

    private void Preempt(long now)
    {
        while (_policy.ReadyCount > 0)
        {
            int victim = 0;
            long worst = long.MinValue;
            for (int at = 0; at < _processors.Length; at++)
            {
                long rank = RankOf(at, now);
                (victim, worst) = rank >= worst ? (at, rank) : (victim, worst);
            }
            if (_policy.NextRank(now) >= worst)
            {
                return;
            }
            Settle(victim, now);
            int next = _policy.Next(now);
            Explain(next, now);
            int job = Release(victim, now);
            _trace?.Add(now, SchedulerEventKind.Preempted, job, victim, _policy.QueueOf(job), $"{_plan.Names[next]} goes before it");
            Ready(job, ReadyReason.Preempted, now);
            Start(victim, next, now);
        }
    }

    private long RankOf(int at, long now) => _policy.RunningRank(_processors[at].Job, Math.Max(0, now - _processors[at].Since));

    // When the first that is ready will go before a running one if nothing happens. Who has been switched to runs for as long
    // as that took: else jobs could age during switches for ever, and none would run.
    private void WatchRanks(long now)
    {
        _overtakesAt = long.MaxValue;
        foreach (ref Processor processor in _processors.AsSpan())
        {
            if (processor.Job >= 0)
            {
                _overtakesAt = Math.Min(_overtakesAt, Math.Max(_policy.OvertakesAt(processor.Job), Math.Max(now + 1, checked(processor.Since + _plan.SwitchCost))));
            }
        }
    }
}
