using CsCheck;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>What must be true of every schedule, on random jobs.</summary>
public class InvariantTests
{
    private const int Iterations = 300;

    private static readonly SchedulingPolicy[] s_policies = Enum.GetValues<SchedulingPolicy>();

    private static readonly Gen<SchedulerOptions> s_options = Gen.Select(Gen.Enum<SchedulingPolicy>(), Gen.Int[1, 12], Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[0, 20], Gen.Int[0, 7], Gen.Int[0, 6],
        (policy, quantum, processors, cost, boost, flags, aging) => new SchedulerOptions
        {
            Policy = policy,
            Quantum = quantum / 4.0,
            ProcessorCount = processors,
            ContextSwitchCost = cost / 4.0,
            BoostInterval = boost / 2.0,
            Allotment = 1 + (flags & 1),
            StayOnIo = (flags & 2) != 0,
            IoBump = (flags & 4) != 0,
            Compatibility = policy != SchedulingPolicy.Lottery && (flags & 5) == 5 ? SchedulerCompatibility.Ostep : SchedulerCompatibility.Textbook,
            AgingInterval = aging / 2.0,
            Seed = quantum,
            Trace = true,
        });

    [Fact]
    public void Every_schedule_is_a_schedule_of_its_jobs() => Gen.Select(Workload.Any, s_options).Sample((jobs, options) =>
    {
        SchedulerResult result = SchedulerSimulation.Run(jobs, options);
        ScheduleCheck.Check(jobs, options, result);
        SchedulerResult untraced = SchedulerSimulation.Run(jobs, options with { Trace = false });
        Assert.Equal(result.Job, untraced.Job);
        Assert.Equal(result.Gantt, untraced.Gantt);
    }, iter: 4 * Iterations);

    [Fact]
    public void No_policy_waits_less_than_sjf_when_all_are_there_from_the_beginning() => Workload.Computing.Sample(jobs =>
    {
        SchedulerJob[] ready = Array.ConvertAll(jobs, j => j with { ArrivalTime = 0 });
        double least = Workload.Run(ready, SchedulingPolicy.SJF).AverageWaiting;
        Assert.All(s_policies, p => Assert.True(Workload.Run(ready, p, 2).AverageWaiting >= least));
    }, iter: Iterations);

    [Fact]
    public void No_policy_waits_less_than_srtf() => Workload.Computing.Sample(jobs =>
    {
        double least = Workload.Run(jobs, SchedulingPolicy.SRTF).AverageWaiting;
        Assert.All(s_policies, p => Assert.True(Workload.Run(jobs, p, 2).AverageWaiting >= least));
    }, iter: Iterations);

    [Fact]
    public void Round_robin_with_a_huge_quantum_is_fcfs() => Workload.Any.Sample(jobs =>
        Assert.Equal(Workload.Run(jobs, SchedulingPolicy.FCFS).Gantt, Workload.Run(jobs, SchedulingPolicy.RoundRobin, 1e9).Gantt), iter: Iterations);

    [Fact]
    public void Mlfq_with_one_queue_is_round_robin() => Gen.Select(Workload.Computing, Gen.Int[1, 9], Gen.Int[1, 3]).Sample((jobs, quantum, processors) =>
    {
        SchedulerOptions options = new() { Policy = SchedulingPolicy.RoundRobin, Quantum = quantum, ProcessorCount = processors, ContextSwitchCost = .5 };
        SchedulerResult feedback = SchedulerSimulation.Run(jobs, options with { Policy = SchedulingPolicy.MLFQ, QueueCount = 1 });
        Assert.Equal(SchedulerSimulation.Run(jobs, options).Gantt, feedback.Gantt.Select(g => g with { Queue = null }));
    }, iter: Iterations);

    [Fact]
    public void Equal_seeds_give_equal_lotteries() => Gen.Select(Workload.Any, Gen.Long).Sample((jobs, seed) =>
    {
        SchedulerOptions options = new() { Policy = SchedulingPolicy.Lottery, Seed = seed };
        Assert.Equal(SchedulerSimulation.Run(jobs, options).Gantt, SchedulerSimulation.Run(jobs, options).Gantt);
    }, iter: Iterations);

    // The tournament of HRRN, against looking at all jobs each time; the second time with products above 64 bits.
    [Theory]
    [InlineData(1)]
    [InlineData(1e9)]
    public void The_response_ratio_is_the_highest_of_all(double unit) => Workload.Computing.Sample(jobs =>
    {
        jobs = Array.ConvertAll(jobs, j => j with { ArrivalTime = j.ArrivalTime * unit, BurstTime = j.BurstTime * unit });
        List<string> expected = [];
        List<int> waiting = [.. Enumerable.Range(0, jobs.Length)];
        double now = 0;
        while (waiting.Count > 0)
        {
            now = Math.Max(now, waiting.Min(i => jobs[i].ArrivalTime));
            int next = waiting.Where(i => jobs[i].ArrivalTime <= now).OrderByDescending(i => (decimal)(now - jobs[i].ArrivalTime) / (decimal)jobs[i].BurstTime).ThenBy(i => jobs[i].ArrivalTime).ThenBy(i => i).First();
            expected.Add($"P{next + 1}");
            now += jobs[next].BurstTime;
            waiting.Remove(next);
        }
        Assert.Equal(expected, Workload.Run(jobs, SchedulingPolicy.HRRN).Gantt.Select(g => g.Label));
    }, iter: Iterations);
}
