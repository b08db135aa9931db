using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>Each input that can mean nothing is an error of its own, which names the job.</summary>
public class BadInputTests
{
    private static readonly SchedulerJob s_good = new() { Name = "good", BurstTime = 1 };

    public static TheoryData<SchedulerJob, NetError, string> Jobs => new()
    {
        { new() { Name = "x", BurstTime = -1 }, NetError.JobTimeInvalid, "The BurstTime of job x is -1" },
        { new() { Name = "x", BurstTime = 1, ArrivalTime = double.NaN }, NetError.JobTimeInvalid, "The ArrivalTime of job x is NaN" },
        { new() { BurstTime = 1, IoEvery = double.PositiveInfinity }, NetError.JobTimeInvalid, "The IoEvery of job P2" },
        { new() { Name = "x", BurstTime = 1, IoTime = -.5 }, NetError.JobTimeInvalid, "The IoTime of job x is -0.5" },
        { new() { Name = "x" }, NetError.JobTimeInvalid, "Job x needs no CPU time" },
        { new() { Name = "GOOD", BurstTime = 1 }, NetError.DuplicateJobName, "Two jobs are called GOOD" },
        { new() { Name = "x", BurstTime = 1, Ticket = 0 }, NetError.TicketInvalid, "Job x has 0 tickets" },
        { new() { Name = "x", Program = "c7,q,c1" }, NetError.ProgramInvalid, "character 4 of 'c7,q,c1': 'q'" },
        { new() { Name = "x", Program = "c7, c0" }, NetError.ProgramInvalid, "character 5 of 'c7, c0': 'c0'" },
        { new() { Name = "x", Program = "c7,,c1" }, NetError.ProgramInvalid, "character 4 of 'c7,,c1': nothing" },
        { new() { Name = "x", Program = "c-7" }, NetError.ProgramInvalid, "character 1" },
        { new() { Name = "x", Program = "i,i5" }, NetError.ProgramInvalid, "nothing is computed" },
        { new() { Name = "x", Program = "c7", BurstTime = 7 }, NetError.ProgramInvalid, "and a BurstTime" },
        { new() { Name = "x", BurstTime = 1e30 }, NetError.SimulationOverflow, "The burst time of job x" },
        { new() { Name = "x", BurstTime = 1e-30 }, NetError.SimulationOverflow, "1E-30" },
        { new() { Name = "x", BurstTime = 9e18, ArrivalTime = 9e18 }, NetError.SimulationOverflow, "A moment of the simulation" },
        { new() { Name = "x", BurstTime = 1e12, ArrivalTime = 1.0 / 3 }, NetError.SimulationOverflow, "The burst time of job x" },
    };

    private static readonly Dictionary<string, (SchedulerOptions Options, NetError Error)> s_options = new(StringComparer.Ordinal)
    {
        ["a quantum of 0"] = (new() { Policy = SchedulingPolicy.RoundRobin, Quantum = 0 }, NetError.QuantumInvalid),
        ["a negative quantum in a list"] = (new() { Policy = SchedulingPolicy.MLFQ, QuantumList = [4, -1] }, NetError.QuantumInvalid),
        ["no number"] = (new() { Policy = SchedulingPolicy.Lottery, Quantum = double.NaN }, NetError.QuantumInvalid),
        ["an allotment of 0"] = (new() { Policy = SchedulingPolicy.MLFQ, AllotmentList = [1, 0] }, NetError.QuantumInvalid),
        ["more queues than quanta"] = (new() { Policy = SchedulingPolicy.MLFQ, QueueCount = 3, QuantumList = [1, 2] }, NetError.QueueMismatch),
        ["more quanta than allotments"] = (new() { Policy = SchedulingPolicy.MLFQ, QuantumList = [1, 2], AllotmentList = [1] }, NetError.QueueMismatch),
        ["no queue"] = (new() { Policy = SchedulingPolicy.MLFQ, QueueCount = 0 }, NetError.QueueMismatch),
        ["a negative cost"] = (new() { ContextSwitchCost = -1 }, NetError.InvalidArgument),
        ["no processor"] = (new() { ProcessorCount = 0 }, NetError.InvalidArgument),
        ["too few random numbers"] = (new() { Policy = SchedulingPolicy.Lottery, RandomNumber = [] }, NetError.RandomNumberExhausted),
        ["a negative random number"] = (new() { Policy = SchedulingPolicy.Lottery, RandomNumber = [-1] }, NetError.InvalidArgument),
        ["a priority that ageing makes too large"] = (new() { Policy = SchedulingPolicy.Priority, AgingInterval = 1e18 }, NetError.SimulationOverflow),
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public void A_bad_job_is_named(SchedulerJob job, NetError error, string words)
    {
        NetException failure = Assert.Throws<NetException>(() => SchedulerSimulation.Run([s_good, job], new SchedulerOptions { Policy = job.Ticket < 1 ? SchedulingPolicy.Stride : SchedulingPolicy.FCFS }));
        Assert.Equal(error, failure.Error);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_options_have_errors_of_their_own() => Assert.All(s_options, o =>
    {
        NetException failure = Assert.Throws<NetException>(() => SchedulerSimulation.Run([new() { BurstTime = 1, Priority = 100 }], o.Value.Options));
        Assert.Equal(o.Value.Error, failure.Error);
    });

    [Fact]
    public void No_job_is_an_error() =>
        Assert.Equal(NetError.NoJob, Assert.Throws<NetException>(() => SchedulerSimulation.Run([], new SchedulerOptions())).Error);
}
