using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling.Policies;
using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>
/// The one engine of all policies. It goes from event to event: an arrival, the end of an I/O, the end of a run, a timer of
/// the policy. What happens at the same moment has an order, that of <see cref="SchedulerCompatibility"/>.
/// </summary>
internal sealed partial class SchedulerEngine
{
    private const int EventsBetweenLooks = 1 << 14;

    private readonly SchedulerPlan _plan;
    private readonly JobState[] _jobs;
    private readonly ISchedulingPolicy _policy;
    private readonly GanttRecord _gantt;
    private readonly EventTrace? _trace;
    private readonly Action<double>? _progress;
    private readonly int[] _arrivals;
    private readonly KeyHeap<long> _io = new();
    private readonly List<int> _expired = [];
    private readonly bool _expiryFirst;
    private int _arrived;
    private int _unfinished;
    private long _sequence;
    private long _ioSequence;
    private long _events;

    private SchedulerEngine(SchedulerPlan plan, Action<double>? progress)
    {
        _plan = plan;
        _progress = progress;
        _jobs = new JobState[plan.Jobs.Length];
        _trace = plan.Options.Trace ? new EventTrace(plan) : null;
        _gantt = new GanttRecord(plan);
        _policy = PolicyFactory.Create(new PolicyContext(plan, _jobs, _trace));
        _expiryFirst = plan.IsOstep;
        _unfinished = _jobs.Length;
        _arrivals = InOrderOfArrival(plan.Jobs);
        _processors = new Processor[plan.Options.ProcessorCount];
        _ends = new MinTree(_processors.Length);
        _picked = new int[_processors.Length];
        InitializeProcessors();
    }

    /// <param name="plan">What to run.</param>
    /// <param name="progress">Told the share of the jobs that have ended, now and then.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static RunSummary Run(SchedulerPlan plan, Action<double>? progress = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return new SchedulerEngine(plan, progress).Run(cancellationToken);
        }
        catch (OverflowException e)
        {
            throw TickScale.TooLarge("A moment of the simulation", null, plan.Scale.ToTime(plan.Horizon), e);
        }
    }

    private long NextArrival => _arrived < _arrivals.Length ? _plan.Jobs[_arrivals[_arrived]].Arrival : long.MaxValue;

    private long NextIo => _io.Count > 0 ? _io.LeastKey : long.MaxValue;

    private RunSummary Run(CancellationToken cancellationToken)
    {
        while (_unfinished > 0)
        {
            if (++_events % EventsBetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _progress?.Invoke(1 - ((double)_unfinished / _jobs.Length));
            }
            long external = Math.Min(NextArrival, NextIo);
            if (_running == 0 && _trace is null && _policy.NextTimer < external)
            {
                _policy.SkipTimers(external);
            }
            long now = Math.Min(Math.Min(external, _ends.Least), Math.Min(_policy.NextTimer, _overtakesAt));
            Wait(now);
            bool entered = now == _overtakesAt;
            while (_ends.Least == now)
            {
                entered = true;
                EndRun(_ends.Slot(), now);
            }
            if (_unfinished == 0)
            {
                break;
            }
            if (_expiryFirst)
            {
                Boost(now);
            }
            if (external == now || NextIo == now)
            {
                entered = true;
                Admit(now);
            }
            if (!_expiryFirst)
            {
                foreach (int job in _expired)
                {
                    Ready(job, ReadyReason.Expired, now);
                }
                _expired.Clear();
                Boost(now);
            }
            Dispatch(now, entered);
        }
        return new RunSummary(_plan, _jobs, _gantt, _trace, _longestWait, _convoy) { Busy = _busy, Switches = _switches, Events = _events };
    }

    private void Boost(long now)
    {
        if (_policy.NextTimer == now)
        {
            PutBack(now);
            _policy.OnTimer(now);
        }
    }

    private void Admit(long now)
    {
        while (NextArrival == now)
        {
            int job = _arrivals[_arrived++];
            _trace?.Add(now, SchedulerEventKind.Arrived, job, null, null, "came into the system");
            ref JobState state = ref _jobs[job];
            ref JobSpec spec = ref _plan.Jobs[job];
            state.FirstRun = state.LastProcessor = -1;
            state.CpuLeft = spec.Burst;
            state.Step = spec.StepFrom;
            if (spec.StepEnd > spec.StepFrom && _plan.Steps[spec.StepFrom].Cpu == 0)
            {
                EndBurst(job, now);
            }
            else
            {
                Enter(job, ReadyReason.Arrived, now);
            }
        }
        if (_policy.PutsBackOnIo && NextIo == now)
        {
            PutBack(now);
        }
        while (NextIo == now)
        {
            int job = _io.Take();
            ref JobSpec spec = ref _plan.Jobs[job];
            if (spec.StepEnd > spec.StepFrom && _jobs[job].Step == spec.StepEnd)
            {
                Finish(job, now, "its last I/O is done");
                continue;
            }
            _trace?.Add(now, SchedulerEventKind.IoDone, job, null, _policy.QueueOf(job), "its I/O is done");
            Enter(job, ReadyReason.IoDone, now);
        }
    }

    // A new burst of the job is ready.
    private void Enter(int job, ReadyReason reason, long now)
    {
        ref JobState state = ref _jobs[job];
        ref JobSpec spec = ref _plan.Jobs[job];
        state.BurstLeft = spec.StepEnd > spec.StepFrom ? _plan.Steps[state.Step].Cpu
            : spec.IoEvery > 0 ? Math.Min(spec.IoEvery, state.CpuLeft)
            : state.CpuLeft;
        state.Sequence = _sequence++;
        Ready(job, reason, now);
    }

    private void Ready(int job, ReadyReason reason, long now)
    {
        _jobs[job].EnteredAt = now;
        _policy.Enter(job, reason, now);
    }

    // The job has computed all that comes before its next I/O, or its end.
    private void EndBurst(int job, long now)
    {
        ref JobState state = ref _jobs[job];
        ref JobSpec spec = ref _plan.Jobs[job];
        long io;
        if (spec.StepEnd > spec.StepFrom)
        {
            io = _plan.Steps[state.Step++].Io;
        }
        else
        {
            io = state.CpuLeft > 0 ? spec.IoTime : -1;
        }
        if (io < 0)
        {
            Finish(job, now, "all is computed");
            return;
        }
        state.IoTicks = checked(state.IoTicks + io);
        _trace?.Add(now, SchedulerEventKind.IoStarted, job, null, _policy.QueueOf(job), $"an I/O of {_plan.Scale.Format(io)}");
        _policy.Blocked(job, now);
        _io.Add(checked(now + io), _ioSequence++, job);
    }

    private void Finish(int job, long now, string reason)
    {
        _jobs[job].Completion = now;
        _unfinished--;
        _trace?.Add(now, SchedulerEventKind.Finished, job, null, _policy.QueueOf(job), reason);
    }

    private static int[] InOrderOfArrival(JobSpec[] jobs)
    {
        int[] order = new int[jobs.Length];
        bool sorted = true;
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            sorted &= i == 0 || jobs[i - 1].Arrival <= jobs[i].Arrival;
        }
        if (!sorted)
        {
            Array.Sort(order, (a, b) => jobs[a].Arrival != jobs[b].Arrival ? jobs[a].Arrival.CompareTo(jobs[b].Arrival) : a.CompareTo(b));
        }
        return order;
    }
}
