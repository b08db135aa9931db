using System.Numerics;
using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>
/// The multi-level feedback queue of OSTEP, chapter 8: round robin in each queue, the highest queue first; who has used up
/// the allotment of its queue, in one go or in pieces, sinks; from time to time all are lifted to the highest queue.
/// </summary>
/// <remarks>A boost costs no more for a million jobs than for one: queues are appended as a whole, and a job learns of it when it is next looked at.</remarks>
internal sealed class FeedbackPolicy : ISchedulingPolicy
{
    private readonly PolicyContext _context;
    private readonly SchedulerOptions _options;
    private readonly long[] _quantum;
    private readonly int[] _allotment;
    private readonly JobLists _ready;
    private readonly Standing[] _standings;
    private ulong _filled;
    private int _epoch = 1;
    private long _boostAt;

    public FeedbackPolicy(PolicyContext context)
    {
        _context = context;
        _options = context.Plan.Options;
        _quantum = context.Plan.Quantum;
        _allotment = context.Plan.Allotment;
        _ready = new JobLists(context.Jobs.Length, _quantum.Length);
        _standings = new Standing[context.Jobs.Length];
        _boostAt = context.Plan.BoostInterval > 0 ? context.Plan.BoostInterval : long.MaxValue;
    }

    public int ReadyCount { get; private set; }

    public bool IsPreemptive => _quantum.Length > 1;

    public bool PutsBackOnIo => _options.IoBump;

    public long NextTimer => _boostAt;

    public void Enter(int job, ReadyReason reason, long now)
    {
        ref Standing standing = ref Look(job);
        if (reason == ReadyReason.Expired)
        {
            EndSlice(job, ref standing, now);
        }
        ReadyCount++;
        _filled |= 1UL << standing.Queue;
        if (reason == ReadyReason.Preempted || (reason == ReadyReason.IoDone && _options.IoBump))
        {
            _ready.Prepend(standing.Queue, job);
        }
        else
        {
            _ready.Append(standing.Queue, job);
        }
    }

    public int Next(long now)
    {
        int queue = BitOperations.TrailingZeroCount(_filled), job = _ready.Take(queue);
        ReadyCount--;
        if (_ready.IsEmpty(queue))
        {
            _filled &= ~(1UL << queue);
        }
        Look(job);
        return job;
    }

    public string Why(int job, long now) => $"first in queue {_standings[job].Queue}";

    public long Slice(int job) => _standings[job].SliceLeft;

    // In the lowest queue quanta only follow each other.
    public long ExtendAlone(int job, long slice, long limit)
    {
        long quantum = _quantum[^1];
        return _standings[job].Queue == _quantum.Length - 1 && slice < limit ? limit - ((limit - slice) % quantum) : slice;
    }

    public void Ran(int job, long ticks)
    {
        ref Standing standing = ref _standings[job];
        standing.SliceLeft = Math.Max(0, standing.SliceLeft - ticks);
    }

    public void Blocked(int job, long now)
    {
        ref Standing standing = ref Look(job);
        bool sliceEnds = standing.SliceLeft == 0;
        if (_options.StayOnIo)
        {
            Reset(ref standing, standing.Queue);
        }
        // In mlfq.py the fresh allotment does not help where the I/O falls on the slice's end.
        if (sliceEnds && (!_options.StayOnIo || _context.Plan.IsOstep))
        {
            EndSlice(job, ref standing, now);
        }
    }

    public long NextRank(long now) => BitOperations.TrailingZeroCount(_filled);

    public long RunningRank(int job, long ran) => _standings[job].Queue;

    public int? QueueOf(int job) => Look(job).Queue;

    public void OnTimer(long now)
    {
        _boostAt = Later(now);
        _epoch++;
        for (int i = 1; i < _quantum.Length; i++)
        {
            _ready.Move(_context.Plan.IsOstep ? _quantum.Length - i : i, 0);
        }
        _filled = ReadyCount > 0 ? 1UL : 0;
        _context.Trace?.Add(now, SchedulerEventKind.Boosted, -1, null, 0, $"every {_context.Plan.Scale.Format(_context.Plan.BoostInterval)}; {ReadyCount} ready or running");
    }

    public void SkipTimers(long until)
    {
        if (_boostAt < until)
        {
            _epoch++;
            _boostAt = Later(until - 1);
        }
    }

    private long Later(long now) => checked(((now / _context.Plan.BoostInterval) + 1) * _context.Plan.BoostInterval);

    // A job that was last looked at before the last boost is in the highest queue now.
    private ref Standing Look(int job)
    {
        ref Standing standing = ref _standings[job];
        if (standing.Epoch != _epoch)
        {
            standing.Epoch = _epoch;
            Reset(ref standing, 0);
        }
        return ref standing;
    }

    private void Reset(ref Standing standing, int queue)
    {
        standing.Queue = queue;
        standing.SliceLeft = _quantum[queue];
        standing.AllotmentLeft = _allotment[queue];
    }

    private void EndSlice(int job, ref Standing standing, long now)
    {
        if (--standing.AllotmentLeft > 0)
        {
            standing.SliceLeft = _quantum[standing.Queue];
            return;
        }
        bool sinks = standing.Queue < _quantum.Length - 1;
        int from = standing.Queue;
        Reset(ref standing, sinks ? from + 1 : from);
        if (sinks)
        {
            _context.Jobs[job].Demotions++;
            _context.Trace?.Add(now, SchedulerEventKind.Demoted, job, null, from + 1, $"used up {_allotment[from]} x {_context.Plan.Scale.Format(_quantum[from])} in queue {from}");
        }
    }

    private struct Standing
    {
        public int Queue, AllotmentLeft, Epoch;
        public long SliceLeft;
    }
}
