using CsCheck;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>Jobs and options by the shortest words, and at random.</summary>
internal static class Workload
{
    public static SchedulerJob[] Bursts(params double[] bursts) => [.. bursts.Select(b => new SchedulerJob { BurstTime = b })];

    public static SchedulerJob[] Jobs(params (double Arrival, double Burst)[] jobs) => [.. jobs.Select(j => new SchedulerJob { ArrivalTime = j.Arrival, BurstTime = j.Burst })];

    public static SchedulerResult Run(SchedulerJob[] jobs, SchedulingPolicy policy, double? quantum = null) =>
        SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = policy, Quantum = quantum });

    /// <summary>The chart in a line: P1 0-1, P2 1-5.</summary>
    public static string Line(this SchedulerResult result) => string.Join(", ", result.Gantt.Select(g => FormattableString.Invariant($"{g.Label} {g.Start}-{g.End}")));

    public static string Events(this SchedulerResult result, params SchedulerEventKind[] kinds) =>
        string.Join(", ", result.Trace.Where(e => kinds.Contains(e.Event)).Select(e => FormattableString.Invariant($"{e.Time} {e.Event} {e.Job}")));

    /// <summary>Jobs with arrivals, priorities, tickets and decimals, of which some do I/O or have programs.</summary>
    public static readonly Gen<SchedulerJob[]> Any = Gen.Select(Gen.Int[0, 40], Gen.Int[1, 60], Gen.Int[-3, 5], Gen.Int[1, 9], Gen.Int[0, 24], Gen.Int[0, 8], (arrival, burst, priority, ticket, every, io) => new SchedulerJob
    {
        ArrivalTime = arrival / 4.0,
        BurstTime = every > 20 ? 0 : burst / 4.0,
        Priority = priority,
        Ticket = ticket,
        IoEvery = every is 0 or > 12 ? 0 : every / 4.0,
        IoTime = io / 4.0,
        Program = every > 20 ? $"{(every == 21 ? "i," : "")}c{burst},i{io},c2{(every == 22 ? ",i" : "")}" : null,
    }).Array[1, 12];

    /// <summary>Jobs that only compute.</summary>
    public static readonly Gen<SchedulerJob[]> Computing = Gen.Select(Gen.Int[0, 30], Gen.Int[1, 25], (arrival, burst) => new SchedulerJob { ArrivalTime = arrival, BurstTime = burst }).Array[1, 12];
}
