using PSNetConcurrency.Core.Scheduling.Policies;
using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>The processors: who gets one, who gives it back, what a switch costs.</summary>
internal sealed partial class SchedulerEngine
{
    private const int Nobody = -1;

    private readonly Processor[] _processors;
    private readonly MinTree _ends;
    private readonly int[] _picked;
    private int _running;
    private long _last;
    private Int128 _waited;
    private Int128 _busy;
    private long _switches;
    private LongestWait _longestWait = new(Nobody, 0, 0);
    private Convoy _convoy = new(Nobody, 0, 0, 0, 0);

    private void InitializeProcessors()
    {
        foreach (ref Processor processor in _processors.AsSpan())
        {
            processor.Job = processor.LastJob = processor.PutBack = Nobody;
        }
    }

    // Time goes on for all that are ready.
    private void Wait(long now)
    {
        _waited += (Int128)_policy.ReadyCount * (now - _last);
        _last = now;
    }

    // Books what the processor has done until now.
    private void Settle(int at, long now)
    {
        ref Processor processor = ref _processors[at];
        if (processor.Since > processor.From)
        {
            _gantt.Add(at, Nobody, processor.From, Math.Min(processor.Since, now), null);
        }
        if (now > processor.Since)
        {
            int job = processor.Job;
            ref JobState state = ref _jobs[job];
            long taken = now - processor.Since, ran = Math.Min(taken, state.BurstLeft);
            if (state.FirstRun < 0)
            {
                state.FirstRun = processor.Since;
            }
            _gantt.Add(at, job, processor.Since, processor.Since + ran, _gantt.IsKept ? _policy.QueueOf(job) : null);
            state.BurstLeft -= ran;
            state.CpuLeft -= ran;
            _busy += ran;
            _policy.Ran(job, taken);
            processor.Since = now;
        }
        processor.From = now;
    }

    private void EndRun(int at, long now)
    {
        Settle(at, now);
        int job = Release(at, now);
        if (_jobs[job].BurstLeft == 0)
        {
            EndBurst(job, now);
            return;
        }
        _trace?.Add(now, SchedulerEventKind.QuantumExpired, job, at, _policy.QueueOf(job), "its quantum is over");
        if (_expiryFirst)
        {
            Ready(job, ReadyReason.Expired, now);
        }
        else
        {
            _expired.Add(job);
        }
    }

    // Takes the job off the processor, and looks how much was waited meanwhile.
    private int Release(int at, long now)
    {
        ref Processor processor = ref _processors[at];
        int job = processor.Job;
        processor.Job = Nobody;
        processor.ReleasedAt = now;
        _running--;
        _ends.Set(at, long.MaxValue);
        Int128 waited = _waited - processor.WaitedBefore;
        if (waited > _convoy.Waited)
        {
            _convoy = new Convoy(job, processor.StretchFrom, now, _policy.ReadyCount, waited);
        }
        return job;
    }

    private void Dispatch(long now, bool entered)
    {
        int count = 0;
        for (int idle = _processors.Length - _running; count < idle && _policy.ReadyCount > 0; count++)
        {
            _picked[count] = _policy.Next(now);
            Explain(_picked[count], now);
        }
        if (count > 0)
        {
            Place(count, now);
        }
        if (entered && _policy.IsPreemptive)
        {
            Preempt(now);
        }
        if (_policy.RanksChange)
        {
            WatchRanks(now);
        }
    }

    // Words are put together only where there is a trace, and while what they tell of is as it was.
    private void Explain(int job, long now)
    {
        if (_trace is not null)
        {
            _reasons[job] = _policy.Why(job, now);
        }
    }

    private readonly Dictionary<int, string> _reasons = [];

    // A job goes where it ran last if nothing else ran there since; the others to the first processors that are free.
    private void Place(int count, long now)
    {
        if (_processors.Length > 1)
        {
            for (int i = 0; i < count; i++)
            {
                int job = _picked[i], at = _jobs[job].LastProcessor;
                if (at >= 0 && _processors[at].Job < 0 && _processors[at].LastJob == job)
                {
                    _picked[i] = Nobody;
                    Start(at, job, now);
                }
            }
        }
        int free = 0;
        for (int i = 0; i < count; i++)
        {
            if (_picked[i] >= 0)
            {
                while (_processors[free].Job >= 0)
                {
                    free++;
                }
                Start(free, _picked[i], now);
            }
        }
    }

    private void Start(int at, int job, long now)
    {
        ref Processor processor = ref _processors[at];
        ref JobState state = ref _jobs[job];
        _running++;
        bool goesOn = processor.PutBack == job && processor.ReleasedAt == now;
        if (!goesOn)
        {
            if (processor.PutBack >= 0 && processor.ReleasedAt == now)
            {
                _trace?.Add(now, SchedulerEventKind.Preempted, processor.PutBack, at, _policy.QueueOf(processor.PutBack), $"{_plan.Names[job]} goes before it");
            }
            if (now - state.EnteredAt > _longestWait.To - _longestWait.From)
            {
                _longestWait = new LongestWait(job, state.EnteredAt, now);
            }
            bool switches = processor.LastJob >= 0 && processor.LastJob != job;
            if (switches)
            {
                _switches++;
                state.Switches++;
            }
            processor.Since = switches ? checked(now + _plan.SwitchCost) : now;
            _trace?.Add(now, SchedulerEventKind.Dispatched, job, at, _policy.QueueOf(job), _reasons[job]);
        }
        if (processor.LastJob != job || processor.ReleasedAt != now)
        {
            processor.StretchFrom = now;
            processor.WaitedBefore = _waited;
        }
        processor.PutBack = Nobody;
        processor.Job = processor.LastJob = job;
        processor.From = now;
        state.LastProcessor = at;
        long slice = _policy.Slice(job);
        // Only one processor: on several, another may end its run before.
        if (_policy.ReadyCount == 0 && _trace is null && _processors.Length == 1 && slice < state.BurstLeft)
        {
            long alone = Math.Min(Math.Min(NextArrival, NextIo), _policy.NextTimer) - processor.Since;
            slice = _policy.ExtendAlone(job, slice, Math.Min(alone, state.BurstLeft));
        }
        _ends.Set(at, checked(processor.Since + (_policy.WholeSlice ? slice : Math.Min(slice, state.BurstLeft))));
    }

    private struct Processor
    {
        public int Job, LastJob;

        /// <summary>The job that was put back to be chosen anew.</summary>
        public int PutBack;

        /// <summary>From when on nothing is booked yet.</summary>
        public long From;

        /// <summary>When the job runs, after the switch, or has been booked to.</summary>
        public long Since;

        public long ReleasedAt, StretchFrom;

        public Int128 WaitedBefore;
    }
}
