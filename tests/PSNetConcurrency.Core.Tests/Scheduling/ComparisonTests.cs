using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>Which policy is the best, and what is said of each.</summary>
public class ComparisonTests
{
    private static readonly SchedulerJob[] s_convoy = Workload.Bursts(24, 3, 3);

    [Fact]
    public void The_convoy_behind_a_long_job_is_named()
    {
        Assert.Equal("Convoy: 2 jobs waited behind P1 (0-24), 48 of 51 in all.", Of(s_convoy, SchedulingPolicy.FCFS).Note);
        Assert.Equal("", Of(s_convoy, SchedulingPolicy.SJF).Note);
        Assert.Equal("", Of(Workload.Bursts(3, 3, 24), SchedulingPolicy.FCFS).Note);
    }

    [Fact]
    public void A_long_job_that_starves_is_named()
    {
        SchedulerJob[] jobs = [new() { Name = "long", BurstTime = 10 }, .. Enumerable.Range(0, 10).Select(i => new SchedulerJob { Name = $"s{i}", ArrivalTime = 2 * i, BurstTime = 2 })];
        Assert.Equal("Starved: long (burst 10) was ready 0-20 while 10 later jobs finished.", Of(jobs, SchedulingPolicy.SJF).Note);
        Assert.DoesNotContain("Starved", Of(jobs, SchedulingPolicy.FCFS).Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_switches_and_equal_priorities_are_told()
    {
        SchedulerComparison[] rows = Compare(s_convoy, SchedulerMetric.AverageWaiting, SchedulingPolicy.FCFS, SchedulingPolicy.RoundRobin, SchedulingPolicy.Priority);
        Assert.Equal("All priorities are equal: as FCFS.", rows[2].Note);
        Assert.Equal("9 context switches for 3 jobs; the fewest are 2.", rows[1].Note);
        Assert.Equal("28 context switches for 3 jobs; the fewest are 2.", Compare(Workload.Bursts(10, 10, 9), SchedulerMetric.AverageWaiting, SchedulingPolicy.FCFS, SchedulingPolicy.RoundRobin)[1].Note);
        Assert.Equal("No burst is longer than the quantum: as FCFS.", Of(Workload.Bursts(1, 1), SchedulingPolicy.RoundRobin).Note);
    }

    [Theory]
    [InlineData(SchedulerMetric.AverageWaiting, "SJF")]
    [InlineData(SchedulerMetric.AverageResponse, "RoundRobin")]
    [InlineData(SchedulerMetric.ContextSwitch, "FCFS SJF")]
    [InlineData(SchedulerMetric.Throughput, "FCFS SJF RoundRobin")]
    public void The_best_depends_on_the_metric_and_equals_are_all_best(SchedulerMetric metric, string best) =>
        Assert.Equal(best, string.Join(' ', Compare(s_convoy, metric, SchedulingPolicy.FCFS, SchedulingPolicy.SJF, SchedulingPolicy.RoundRobin).Where(r => r.IsBest).Select(r => r.Policy)));

    private static SchedulerComparison Of(SchedulerJob[] jobs, SchedulingPolicy policy) => Compare(jobs, SchedulerMetric.AverageWaiting, policy)[0];

    private static SchedulerComparison[] Compare(SchedulerJob[] jobs, SchedulerMetric metric, params SchedulingPolicy[] policies) =>
        PolicyComparison.Compare([.. policies.Select(p => Workload.Run(jobs, p))], metric);
}
