using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>
/// Stride scheduling (Waldspurger and Weihl, 1995): the job with the lowest pass runs for a quantum, and its pass grows with
/// what it ran, the slower the more tickets it has. Of equal passes the first in the list. Who comes in starts where the others are.
/// </summary>
internal sealed class StridePolicy : ISchedulingPolicy
{
    // Above this the strides are rounded; below it they are whole, and jobs that are due at the same time are seen to be.
    private const long MostCommonMultiple = 1_000_000_000_000;

    // OSTEP, chapter 9, divides 10,000 by the tickets.
    private const double StrideShown = 10_000;

    private readonly PolicyContext _context;
    private readonly KeyHeap<Int128> _ready = new();
    private readonly Int128[] _pass;
    private readonly long _common;
    private Int128 _now;

    public StridePolicy(PolicyContext context)
    {
        _context = context;
        _pass = new Int128[context.Jobs.Length];
        long common = 1;
        foreach (JobSpec job in context.Plan.Jobs)
        {
            // Both are below 2^40 and 2^31: the product needs more than a long.
            Int128 multiple = (Int128)(common / CommonDivisor(common, job.Ticket)) * job.Ticket;
            if (multiple > MostCommonMultiple)
            {
                common = MostCommonMultiple;
                break;
            }
            common = (long)multiple;
        }
        _common = common;
    }

    public int ReadyCount => _ready.Count;

    public void Enter(int job, ReadyReason reason, long now)
    {
        if (reason is ReadyReason.Arrived or ReadyReason.IoDone)
        {
            _pass[job] = Int128.Max(_pass[job], _now);
        }
        _ready.Add(_pass[job], job, job);
    }

    public int Next(long now)
    {
        int job = _ready.Take();
        _now = _pass[job];
        return job;
    }

    public string Why(int job, long now) =>
        FormattableString.Invariant($"pass {(double)_pass[job] / ((double)_common * _context.Plan.Quantum[0]) * StrideShown:0.##}, the lowest of {ReadyCount + 1}");

    public long Slice(int job) => _context.Plan.Quantum[0];

    public void Ran(int job, long ticks) => _pass[job] += (Int128)ticks * (_common / _context.Plan.Jobs[job].Ticket);

    private static long CommonDivisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }
        return a;
    }
}
