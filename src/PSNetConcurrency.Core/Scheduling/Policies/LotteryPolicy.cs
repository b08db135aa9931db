using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling.States;
using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>Lottery scheduling (Waldspurger and Weihl, 1994): for each quantum a ticket is drawn, also where but one job is ready.</summary>
internal sealed class LotteryPolicy(PolicyContext context) : ISchedulingPolicy
{
    // lottery.py draws from 0 to this.
    private const int OstepMaximum = 1_000_000;

    // All that a random number distinguishes, so that many tickets have equal chances.
    private const double Draws = 1L << 53;

    private readonly TicketTree _tickets = new(context.Jobs.Length);
    private readonly PythonRandom _random = new(context.Plan.Options.Seed);
    private int _drawn;
    private long _ticket;
    private long _total;

    public int ReadyCount { get; private set; }

    public bool WholeSlice => context.Plan.IsOstep;

    public void Enter(int job, ReadyReason reason, long now)
    {
        ReadyCount++;
        _tickets.Add(job, context.Plan.Jobs[job].Ticket);
    }

    public int Next(long now)
    {
        _total = _tickets.Total;
        _ticket = Draw() % _total;
        int job = _tickets.Find(_ticket);
        ReadyCount--;
        _tickets.Add(job, -context.Plan.Jobs[job].Ticket);
        return job;
    }

    public string Why(int job, long now) => $"ticket {_ticket} of {_total} won";

    public long Slice(int job) => context.Plan.Quantum[0];

    private long Draw()
    {
        if (context.Plan.Options.RandomNumber is not { } numbers)
        {
            return (long)(_random.NextDouble() * (context.Plan.IsOstep ? OstepMaximum + 1 : Draws));
        }
        long number = _drawn < numbers.Count ? numbers[_drawn] : throw new NetException(NetError.RandomNumberExhausted,
            $"The lottery needs more than the {numbers.Count} random numbers given: one for each quantum. Give more, or leave them out and give a seed.", numbers);
        _drawn++;
        return number >= 0 ? number : throw new NetException(NetError.InvalidArgument, $"Random number {_drawn} is {number}: give numbers of 0 or more.", number);
    }
}
