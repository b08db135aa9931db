using PSNetConcurrency.Core.Scheduling;
using static PSNetConcurrency.SchedulerEventKind;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>What options and inputs do that the textbooks have no figure for.</summary>
public class PolicyTests
{
    [Fact]
    public void Decimals_are_exact()
    {
        SchedulerResult result = Workload.Run([.. Enumerable.Range(0, 10).Select(_ => new SchedulerJob { BurstTime = .1 }), new() { ArrivalTime = .1 + .2, BurstTime = .7 }], SchedulingPolicy.RoundRobin, .1);
        Assert.Equal(1.7, result.Makespan);
        // It arrives at 0.3 and not a hair later: behind who became ready before, and ahead of nobody.
        Assert.Equal((.3, 1.0, 1.7), (result.Job[10].Arrival, result.Job[10].FirstRun, result.Job[10].Completion));
        Assert.Equal(.9, result.Job[9].Waiting);
    }

    [Fact]
    public void Aging_saves_the_least_urgent_job()
    {
        SchedulerJob[] jobs = [new() { Name = "low", BurstTime = 2, Priority = 3 }, .. Enumerable.Range(0, 8).Select(i => new SchedulerJob { Name = $"u{i}", ArrivalTime = 2 * i, BurstTime = 2, Priority = 0 })];
        SchedulerOptions options = new() { Policy = SchedulingPolicy.Priority, Trace = true };
        Assert.Equal(16, SchedulerSimulation.Run(jobs, options).Job[0].FirstRun);
        SchedulerResult aged = SchedulerSimulation.Run(jobs, options with { AgingInterval = 2 });
        // At 6 it counts as 0, as u3 does, which has just come: who came to that number first, in the order of the list.
        Assert.Equal(6, aged.Job[0].FirstRun);
        Assert.Equal("waited 6: priority 3 counts as 0", Assert.Single(aged.Trace, e => e is { Event: Aged, Job: "low" }).Reason);
    }

    [Fact]
    public void An_aged_job_takes_the_processor_at_the_moment_its_number_is_lower()
    {
        SchedulerJob[] jobs = [new() { Name = "long", BurstTime = 100, Priority = 1 }, new() { Name = "old", BurstTime = 1, Priority = 4 }];
        SchedulerResult result = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = SchedulingPolicy.PriorityPreemptive, AgingInterval = 5 });
        Assert.Equal("long 0-20, old 20-21, long 21-101", result.Line());
    }

    [Fact]
    public void Ageing_during_switches_does_not_keep_everybody_from_running()
    {
        SchedulerJob[] jobs = Workload.Bursts(3, 3, 3);
        SchedulerResult result = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = SchedulingPolicy.PriorityPreemptive, AgingInterval = 1, ContextSwitchCost = 4 });
        Assert.True(result.CpuUtilization > .3);
    }

    [Fact]
    public void A_switch_takes_its_time_and_a_first_dispatch_none()
    {
        SchedulerResult result = SchedulerSimulation.Run(Workload.Bursts(3, 2), new SchedulerOptions { Policy = SchedulingPolicy.RoundRobin, Quantum = 2, ContextSwitchCost = .5 });
        Assert.Equal("P1 0-2, switch 2-2.5, P2 2.5-4.5, switch 4.5-5, P1 5-6", result.Line());
        Assert.Equal([false, true, false, true, false], result.Gantt.Select(g => g.IsOverhead));
        Assert.Equal((2L, 5d / 6, 2 / 6d), (result.ContextSwitch, result.CpuUtilization, result.Throughput));
    }

    [Fact]
    public void A_job_that_comes_during_a_switch_takes_the_processor_at_once()
    {
        SchedulerResult result = SchedulerSimulation.Run(Workload.Jobs((0, 2), (0, 9), (3, 1)), new SchedulerOptions { Policy = SchedulingPolicy.SRTF, ContextSwitchCost = 2 });
        Assert.Equal("P1 0-2, switch 2-5, P3 5-6, switch 6-8, P2 8-17", result.Line());
        Assert.Equal(8, result.Job[1].FirstRun);
    }

    [Fact]
    public void Several_processors_take_jobs_from_one_queue_and_a_job_returns_to_its_own()
    {
        SchedulerResult result = SchedulerSimulation.Run([new() { BurstTime = 4, IoEvery = 2, IoTime = 1 }, new() { BurstTime = 5 }, new() { BurstTime = 1, ArrivalTime = 2 }], new SchedulerOptions { Policy = SchedulingPolicy.FCFS, ProcessorCount = 2 });
        Assert.Equal(["CPU 0 P1 0-2", "CPU 1 P2 0-5", "CPU 0 P3 2-3", "CPU 0 P1 3-5"], result.Gantt.Select(g => g.ToString()));
        Assert.Equal(10 / 10.0, result.CpuUtilization);
    }

    [Fact]
    public void A_program_computes_and_waits_as_it_says()
    {
        SchedulerResult result = SchedulerSimulation.Run([new() { Name = "a", Program = "i2, c7,i,i1,c1,i", IoTime = 3 }], new SchedulerOptions { Policy = SchedulingPolicy.FCFS, Trace = true });
        Assert.Equal("a 2-9, a 13-14", result.Line());
        Assert.Equal((17, 0, 8), (result.Job[0].Completion, result.Job[0].Waiting, result.Job[0].Burst));
        Assert.Equal("0 Arrived a, 0 IoStarted a, 2 IoDone a, 2 Dispatched a, 9 IoStarted a, 13 IoDone a, 13 Dispatched a, 14 IoStarted a, 17 Finished a", result.Events(Enum.GetValues<SchedulerEventKind>()));
    }

    [Fact]
    public void The_trace_tells_why()
    {
        SchedulerJob[] jobs = [new() { Name = "A", BurstTime = 5 }, new() { Name = "B", ArrivalTime = 1, BurstTime = 1 }];
        SchedulerResult shortest = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = SchedulingPolicy.SRTF, Trace = true });
        Assert.Equal(
            ["0 Dispatched A: 5 to compute, the least of 1", "1 Preempted A: B goes before it", "1 Dispatched B: 1 to compute, the least of 1", "2 Dispatched A: 4 to compute, the least of 1"],
            shortest.Trace.Where(e => e.Event is Dispatched or Preempted).Select(e => e.ToString()));
        SchedulerResult feedback = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = SchedulingPolicy.MLFQ, QuantumList = [2, 4], BoostInterval = 4, Trace = true });
        Assert.Equal("2 QuantumExpired A, 2 Demoted A, 4 Boosted ", feedback.Events(QuantumExpired, Demoted, Boosted));
        Assert.Equal("used up 1 x 2 in queue 0", Assert.Single(feedback.Trace, e => e.Event == Demoted).Reason);
    }

    [Fact]
    public void Staying_on_io_games_the_queues_and_accounting_does_not()
    {
        // Gives the processor up just before its quantum ends.
        SchedulerJob[] jobs = [new() { Name = "gamer", BurstTime = 90, IoEvery = 9, IoTime = 1 }, new() { Name = "honest", BurstTime = 90 }];
        SchedulerOptions options = new() { Policy = SchedulingPolicy.MLFQ };
        Assert.Equal((2, 0), (SchedulerSimulation.Run(jobs, options).Job[0].Demotion, SchedulerSimulation.Run(jobs, options with { StayOnIo = true }).Job[0].Demotion));
    }

    [Fact]
    public void A_lone_job_costs_no_events_for_its_quanta()
    {
        foreach (SchedulingPolicy policy in (SchedulingPolicy[])[SchedulingPolicy.RoundRobin, SchedulingPolicy.MLFQ])
        {
            SchedulerPlan plan = SchedulerPlan.Create([new() { BurstTime = 1e9 }, new() { ArrivalTime = 5e8 + 1, BurstTime = 3 }], new SchedulerOptions { Policy = policy, Quantum = 2 });
            Assert.InRange(SchedulerEngine.Run(plan).Events, 1, 30);
        }
    }

    [Fact]
    public void Segments_above_the_limit_are_omitted_and_said_to_be()
    {
        SchedulerOptions options = new() { Policy = SchedulingPolicy.RoundRobin, Quantum = 1, GanttLimit = 4 };
        Assert.False(SchedulerSimulation.Run(Workload.Bursts(2, 2), options).GanttOmitted);
        SchedulerResult result = SchedulerSimulation.Run(Workload.Bursts(2, 3, 1), options);
        Assert.True(result.GanttOmitted);
        Assert.Empty(result.Gantt);
        Assert.Equal(3, result.Job.Length);
    }

    [Fact]
    public void Tickets_share_the_processor_in_the_long_run()
    {
        SchedulerJob[] jobs = [new() { Name = "one", BurstTime = 1000, Ticket = 1 }, new() { Name = "three", BurstTime = 3000, Ticket = 3 }];
        SchedulerResult result = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = SchedulingPolicy.Lottery, Seed = 7 });
        Assert.InRange(result.Job[0].Completion, 3800, 4000);
        Assert.InRange(result.Job[1].Completion, 3800, 4000);
        Assert.Equal(7, result.Seed);
        SchedulerResult stride = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = SchedulingPolicy.Stride });
        Assert.InRange(stride.Job[0].Completion, 3996, 4000);
    }

    [Fact]
    public void A_run_can_be_cancelled()
    {
        using CancellationTokenSource stop = new();
        SchedulerPlan plan = SchedulerPlan.Create(Workload.Bursts(1e9, 1e9), new SchedulerOptions { Policy = SchedulingPolicy.RoundRobin, Quantum = 1, GanttLimit = 0 });
        Assert.Throws<OperationCanceledException>(() => SchedulerEngine.Run(plan, done => stop.Cancel(), stop.Token));
    }
}
