using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>The worked examples of the textbooks, and the rules at equal moments.</summary>
public class TextbookTests
{
    // Stallings, Operating Systems, chapter 9.
    private static readonly SchedulerJob[] s_stallings = Workload.Jobs((0, 3), (2, 6), (4, 4), (6, 5), (8, 2));

    // Silberschatz, Operating System Concepts, chapter 5.
    private static readonly SchedulerJob[] s_silberschatz = Workload.Jobs((0, 8), (1, 4), (2, 9), (3, 5));

    [Theory]
    [InlineData(SchedulingPolicy.FCFS, null, 17, new double[] { 24, 3, 3 })]
    [InlineData(SchedulingPolicy.FCFS, null, 3, new double[] { 3, 3, 24 })]
    [InlineData(SchedulingPolicy.SJF, null, 7, new double[] { 6, 8, 7, 3 })]
    [InlineData(SchedulingPolicy.RoundRobin, 4d, 17d / 3, new double[] { 24, 3, 3 })]
    [InlineData(SchedulingPolicy.RoundRobin, 20d, 73, new double[] { 53, 17, 68, 24 })]
    public void Mean_waiting_times_of_jobs_that_are_all_there(SchedulingPolicy policy, double? quantum, double mean, double[] bursts) =>
        Assert.Equal(mean, Workload.Run(Workload.Bursts(bursts), policy, quantum).AverageWaiting, 12);

    [Fact]
    public void Shortest_remaining_time_first()
    {
        SchedulerResult result = Workload.Run(s_silberschatz, SchedulingPolicy.SRTF);
        Assert.Equal("P1 0-1, P2 1-5, P4 5-10, P1 10-17, P3 17-26", result.Line());
        Assert.Equal(6.5, result.AverageWaiting);
        Assert.Equal(7.75, Workload.Run(s_silberschatz, SchedulingPolicy.SJF).AverageWaiting);
    }

    [Fact]
    public void The_lowest_priority_number_first()
    {
        SchedulerJob[] jobs = [.. new[] { (10, 3), (1, 1), (2, 4), (1, 5), (5, 2) }.Select(j => new SchedulerJob { BurstTime = j.Item1, Priority = j.Item2 })];
        SchedulerResult result = Workload.Run(jobs, SchedulingPolicy.Priority);
        Assert.Equal("P2 0-1, P5 1-6, P1 6-16, P3 16-18, P4 18-19", result.Line());
        Assert.Equal(8.2, result.AverageWaiting, 12);
    }

    [Theory]
    [InlineData(SchedulingPolicy.FCFS, 8.6)]
    [InlineData(SchedulingPolicy.RoundRobin, 10.8)]
    [InlineData(SchedulingPolicy.SJF, 7.6)]
    [InlineData(SchedulingPolicy.SRTF, 7.2)]
    [InlineData(SchedulingPolicy.HRRN, 8.0)]
    public void Mean_turnaround_times_of_jobs_that_come_one_by_one(SchedulingPolicy policy, double mean) =>
        Assert.Equal(mean, Workload.Run(s_stallings, policy, 1).AverageTurnaround, 12);

    // OSTEP, figure 9.3: tickets 100, 50, 250, so strides 100, 200, 40.
    [Fact]
    public void The_stride_example_of_ostep()
    {
        SchedulerJob[] jobs = [new() { Name = "A", BurstTime = 2, Ticket = 100 }, new() { Name = "B", BurstTime = 1, Ticket = 50 }, new() { Name = "C", BurstTime = 5, Ticket = 250 }];
        SchedulerResult result = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = SchedulingPolicy.Stride, Trace = true });
        Assert.Equal("ABCCCACC", string.Concat(result.Trace.Where(e => e.Event == SchedulerEventKind.Dispatched).Select(e => e.Job)));
    }

    [Fact]
    public void What_arrives_when_a_quantum_ends_goes_before_and_in_ostep_behind()
    {
        SchedulerJob[] jobs = Workload.Jobs((0, 4), (2, 2));
        SchedulerOptions options = new() { Policy = SchedulingPolicy.RoundRobin, Quantum = 2 };
        Assert.Equal("P1 0-2, P2 2-4, P1 4-6", SchedulerSimulation.Run(jobs, options).Line());
        Assert.Equal("P1 0-4, P2 4-6", SchedulerSimulation.Run(jobs, options with { Compatibility = SchedulerCompatibility.Ostep }).Line());
    }

    [Theory]
    [InlineData(SchedulingPolicy.SJF)]
    [InlineData(SchedulingPolicy.SRTF)]
    [InlineData(SchedulingPolicy.Priority)]
    [InlineData(SchedulingPolicy.PriorityPreemptive)]
    [InlineData(SchedulingPolicy.HRRN)]
    public void Equal_jobs_run_in_the_order_in_which_they_became_ready(SchedulingPolicy policy) =>
        Assert.Equal("P2 0-3, P3 3-6, P1 6-9", Workload.Run(Workload.Jobs((1, 3), (0, 3), (0, 3)), policy).Line());

    [Fact]
    public void A_boost_keeps_the_order_of_the_queues_and_in_ostep_turns_it()
    {
        // At 6, P1 has sunk twice, P2 and P3 once.
        SchedulerJob[] jobs = [.. Workload.Jobs((0, 9), (1, 9), (2, 9))];
        SchedulerOptions options = new() { Policy = SchedulingPolicy.MLFQ, QueueCount = 3, QuantumList = [1, 2, 9], BoostInterval = 5.5 };
        Assert.Contains("P2 5-5.5, P2 5.5-6.5", Workload.Line(SchedulerSimulation.Run(jobs, options)), StringComparison.Ordinal);
        Assert.Contains("P2 5-5.5, P1 5.5-6.5", Workload.Line(SchedulerSimulation.Run(jobs, options with { Compatibility = SchedulerCompatibility.Ostep })), StringComparison.Ordinal);
    }
}
