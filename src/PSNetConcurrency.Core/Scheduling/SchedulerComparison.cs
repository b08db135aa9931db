using System.Globalization;

namespace PSNetConcurrency;

/// <summary>How a policy did, beside others on the same jobs.</summary>
/// <param name="Result">All that the simulation told.</param>
/// <param name="Metric">By what the best is found.</param>
/// <param name="IsBest">Whether no other policy did better by it.</param>
/// <param name="Note">What happened to these jobs under this policy, in words.</param>
public sealed record SchedulerComparison(SchedulerResult Result, SchedulerMetric Metric, bool IsBest, string Note)
{
    public SchedulingPolicy Policy => Result.Policy;

    public double AverageWaiting => Result.AverageWaiting;

    public double AverageTurnaround => Result.AverageTurnaround;

    public double AverageResponse => Result.AverageResponse;

    public double P99Waiting => Result.P99Waiting;

    public double P99Response => Result.P99Response;

    public double MaxWaiting => Result.MaxWaiting;

    public long ContextSwitch => Result.ContextSwitch;

    public double CpuUtilization => Result.CpuUtilization;

    public double Throughput => Result.Throughput;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Result}{(IsBest ? $", the best by {Metric}" : "")}");
}
