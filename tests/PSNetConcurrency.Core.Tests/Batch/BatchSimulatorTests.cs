using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling.Batch;

namespace PSNetConcurrency.Core.Tests.Batch;

/// <summary>The eras of batch work, against their closed forms and a simulation of time sharing unit by unit.</summary>
public class BatchSimulatorTests
{
    private const double Precision = 1e-9;

    private static readonly BatchJob[] s_deck = [BatchDecks.Job("A", 5, 3, 10, 2), BatchDecks.Job("B", 5, 2, 1, 1), BatchDecks.Job("C", 4, 4, 5, 6)];

    // By hand.
    [Theory]
    [InlineData(BatchEra.PunchCard, 48, 14)]
    [InlineData(BatchEra.OnlineBatch, 39, 5)]
    [InlineData(BatchEra.OfflineBatch, 26.8, 1.8)]
    [InlineData(BatchEra.Multiprogramming, 25, 0)]
    [InlineData(BatchEra.TimeSharing, 26, 0)]
    public void A_deck_takes_as_long_as_on_paper(BatchEra era, double total, double overhead)
    {
        BatchResult result = BatchDecks.Run(era, s_deck);
        Assert.Equal((era, total, 16, overhead), (result.Era, result.TotalTime, result.CpuBusy, result.Overhead));
        Assert.Equal(16 / total, result.CpuUtilization, Precision);
        Assert.Equal(3 / total, result.Throughput, Precision);
    }

    [Fact]
    public void The_sums_of_the_first_two_eras_hold() => BatchDecks.Any.Sample(jobs =>
    {
        double work = jobs.Sum(j => j.ReadTime + j.ComputeTime + j.PrintTime);
        Assert.Equal(work + jobs.Sum(j => j.SetupTime), BatchDecks.Run(BatchEra.PunchCard, jobs).TotalTime);
        Assert.Equal(work + jobs.Max(j => j.SetupTime), BatchDecks.Run(BatchEra.OnlineBatch, jobs).TotalTime);
    }, iter: 200);

    [Fact]
    public void Offline_batches_and_multiprogramming_are_flow_shops() => Gen.Select(BatchDecks.Any, BatchDecks.AnyOptions).Sample((jobs, o) =>
    {
        BatchResult offline = BatchDecks.Run(BatchEra.OfflineBatch, jobs, new BatchOptions(o.Factor, o.BatchSize));
        double[][] batches = [.. jobs.Chunk(o.BatchSize).Select(b => new[] { b.Sum(j => j.ReadTime), b.Sum(j => (j.ReadTime / o.Factor) + j.ComputeTime + (j.PrintTime / o.Factor)), b.Sum(j => j.PrintTime) })];
        Assert.Equal(FlowShop(batches)[^1], offline.TotalTime, Precision);

        BatchResult multi = BatchDecks.Run(BatchEra.Multiprogramming, jobs);
        Assert.Equal(FlowShop([.. jobs.Select(j => new[] { j.ReadTime, j.ComputeTime, j.PrintTime })]), multi.Job.Select(j => j.Turnaround));
    }, iter: 300);

    [Fact]
    public void A_batch_of_one_is_done_when_it_has_left_the_printer() => Gen.Select(BatchDecks.Any, Gen.Int[1, 10]).Sample((jobs, factor) =>
    {
        double[] expected = FlowShop([.. jobs.Select(j => new[] { j.ReadTime, (j.ReadTime / factor) + j.ComputeTime + (j.PrintTime / factor), j.PrintTime })]);
        BatchJobResult[] results = BatchDecks.Run(BatchEra.OfflineBatch, jobs, new BatchOptions(factor)).Job;
        Assert.All(expected.Zip(results), p => Assert.Equal(p.First, p.Second.Turnaround, Precision));
    }, iter: 200);

    [Fact]
    public void Time_sharing_is_what_a_simulation_unit_by_unit_gives() => Gen.Select(BatchDecks.Any, BatchDecks.AnyOptions).Sample((jobs, o) =>
    {
        BatchResult result = BatchDecks.Run(BatchEra.TimeSharing, jobs, new BatchOptions(quantum: o.Quantum, contextSwitchCost: o.Cost));
        (double[] response, double[] turnaround) = UnitByUnit(jobs, o.Quantum, o.Cost);
        Assert.Equal(response, result.Job.Select(j => j.Response));
        Assert.Equal(turnaround, result.Job.Select(j => j.Turnaround));
    }, iter: 500);

    [Fact]
    public void Time_sharing_with_a_quantum_for_all_and_free_switches_is_multiprogramming() => BatchDecks.Any.Sample(jobs =>
        Assert.Equal(BatchDecks.Run(BatchEra.Multiprogramming, jobs).Job, BatchDecks.Run(BatchEra.TimeSharing, jobs, new BatchOptions(quantum: 1000)).Job), iter: 200);

    [Fact]
    public void No_device_does_two_things_at_once_and_all_work_is_in_the_bars() => Gen.Select(BatchDecks.Any, BatchDecks.AnyOptions).Sample((jobs, o) =>
    {
        foreach (BatchEra era in Enum.GetValues<BatchEra>())
        {
            BatchResult result = BatchDecks.Run(era, jobs, new BatchOptions(o.Factor, o.BatchSize, o.Quantum, o.Cost));
            foreach (IGrouping<string, GanttSegment> lane in result.Timeline.GroupBy(s => s.Lane))
            {
                Assert.All(lane.Zip(lane.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start + Precision, $"{era}: {pair}"));
            }
            Assert.All(result.Timeline, s => Assert.True(s.End > s.Start && s.Start >= 0 && s.End <= result.TotalTime));
            foreach (BatchJob job in jobs)
            {
                Assert.Equal((job.ReadTime, job.ComputeTime, job.PrintTime), (Sum("Reader"), Sum("CPU"), Sum("Printer")));
                // A job's work is in its order.
                Assert.True(Last("Reader") <= First("CPU") && Last("CPU") <= First("Printer"));

                double Sum(string lane) => Math.Round(Bars(lane).Sum(s => s.End - s.Start), 9);
                double Last(string lane) => Bars(lane).Select(s => s.End).DefaultIfEmpty(0).Max();
                double First(string lane) => Bars(lane).Select(s => s.Start).DefaultIfEmpty(double.MaxValue).Min();
                IEnumerable<GanttSegment> Bars(string lane) => result.Timeline.Where(s => s.Lane == lane && s.Label == job.Name && !s.IsOverhead);
            }
            Assert.Equal(result.CpuBusy, jobs.Sum(j => j.ComputeTime));
            Assert.Equal(result.Overhead, result.Timeline.Where(s => s.IsOverhead).Sum(s => s.End - s.Start), Precision);
            Assert.Equal(result.TotalTime, result.Job.Max(j => j.Turnaround));
        }
    }, iter: 150);

    [Fact]
    public void Each_step_of_history_is_no_slower_where_that_is_certain() => Gen.Select(BatchDecks.Any, BatchDecks.AnyOptions).Sample((jobs, o) =>
    {
        double Total(BatchEra era) => BatchDecks.Run(era, jobs, new BatchOptions(o.Factor, o.BatchSize)).TotalTime;
        Assert.True(Total(BatchEra.OnlineBatch) <= Total(BatchEra.PunchCard));
        Assert.True(Total(BatchEra.Multiprogramming) <= Total(BatchEra.OnlineBatch));
        Assert.True(Total(BatchEra.Multiprogramming) <= Total(BatchEra.OfflineBatch));
    }, iter: 200);

    [Fact]
    public void What_joins_when_a_quantum_ends_stands_before_the_job_whose_it_was()
    {
        // B is read at 0.1 + 0.2, exactly when A's first quantum ends; in doubles that is later.
        BatchJob[] jobs = [BatchDecks.Job("A", 0, 0.1, 0.4, 0), BatchDecks.Job("B", 0, 0.2, 0.2, 0)];
        BatchResult result = BatchDecks.Run(BatchEra.TimeSharing, jobs, new BatchOptions(quantum: 0.2));
        Assert.Equal([("A", 0.1, 0.3), ("B", 0.3, 0.5), ("A", 0.5, 0.7)], result.Timeline.Where(s => s.Lane == "CPU").Select(s => (s.Label, s.Start, s.End)));
    }

    public static TheoryData<string, string> BadJobs => new()
    {
        { "NaN", "ReadTime of job A is NaN" },
        { "-1", "ReadTime of job A is -1" },
        { "Infinity", "ReadTime of job A is Infinity" },
        { "1E+13", "ReadTime of job A is 1" },
    };

    [Theory]
    [MemberData(nameof(BadJobs))]
    public void A_time_that_can_not_be_is_named(string time, string words) =>
        Fails(NetError.JobTimeInvalid, words, BatchDecks.Job("A", 0, double.Parse(time, System.Globalization.CultureInfo.InvariantCulture), 1, 1));

    [Fact]
    public void A_deck_is_checked()
    {
        Fails(NetError.NoJob, "The deck has no jobs");
        Fails(NetError.JobInvalid, "Job 2 has no name", s_deck[0], BatchDecks.Job(" ", 1, 1, 1, 1));
        Fails(NetError.DuplicateJobName, "Jobs 1 and 2 are both named 'a'", s_deck[0], BatchDecks.Job("a", 1, 1, 1, 1));
        Fails(NetError.JobTimeInvalid, "Job Z takes no time", BatchDecks.Job("Z", 1, 0, 0, 0));
        Fails(NetError.SimulationTooLarge, "the limit is 100,000", [.. Enumerable.Range(0, 100_001).Select(i => BatchDecks.Job($"{i}", 0, 1, 1, 1))]);
    }

    [Theory]
    [InlineData(0, 1, 1, 0, "-TapeSpeedFactor is 0.")]
    [InlineData(-1, 1, 1, 0, "-TapeSpeedFactor is -1.")]
    [InlineData(double.NaN, 1, 1, 0, "-TapeSpeedFactor is NaN.")]
    [InlineData(1, 0, 1, 0, "-BatchSize is 0.")]
    [InlineData(1, 1, 0, 0, "-Quantum is 0.")]
    [InlineData(1, 1, 1e-300, 0, "-Quantum is 1E-300.")]
    [InlineData(1, 1, double.NaN, 0, "-Quantum is NaN.")]
    [InlineData(1, 1, 1, -1, "-ContextSwitchCost is -1.")]
    [InlineData(1, 1, 1, double.PositiveInfinity, "-ContextSwitchCost is Infinity.")]
    public void Options_are_checked(double factor, int size, double quantum, double cost, string words)
    {
        NetException failure = Assert.Throws<NetException>(() => new BatchOptions(factor, size, quantum, cost));
        Assert.Equal(NetError.InvalidArgument, failure.Error);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_a_limit_to_turns() => Assert.Equal(NetError.SimulationTooLarge,
        Assert.Throws<NetException>(() => BatchDecks.Run(BatchEra.TimeSharing, s_deck, new BatchOptions(quantum: 1e-6))).Error);

    private static void Fails(NetError error, string words, params BatchJob[] jobs)
    {
        NetException failure = Assert.Throws<NetException>(() => new BatchDeck(jobs));
        Assert.Equal(error, failure.Error);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    // C(i, k) = max(C(i-1, k), C(i, k-1)) + p(i, k): when each leaves the last machine.
    private static double[] FlowShop(double[][] times)
    {
        double[] busy = [0, 0, 0];
        return [.. times.Select(job =>
        {
            double now = 0;
            for (int k = 0; k < 3; k++)
            {
                busy[k] = now = Math.Max(busy[k], now) + job[k];
            }
            return now;
        })];
    }

    private static (double[] Response, double[] Turnaround) UnitByUnit(BatchJob[] jobs, int quantum, int cost)
    {
        double[] left = [.. jobs.Select(j => j.ComputeTime)], response = [.. jobs.Select(_ => -1d)], turnaround = new double[jobs.Length];
        List<int> queue = [];
        int arrived = 0, last = -1, running = -1, used = 0, pay = 0, done = 0;
        double printer = 0;
        for (int now = 0; done < jobs.Length; now++)
        {
            while (arrived < jobs.Length && jobs.Take(arrived + 1).Sum(j => j.ReadTime) <= now)
            {
                queue.Add(arrived++);
            }
            if (running >= 0 && pay == 0 && left[running] > 0 && used == quantum)
            {
                queue.Add(running);
                running = -1;
            }
            // Jobs without computation end in no time, so several may pass in one unit.
            while (true)
            {
                if (running < 0 && queue.Count > 0)
                {
                    (running, used) = (queue[0], 0);
                    queue.RemoveAt(0);
                    pay = last < 0 || last == running ? 0 : cost;
                    last = running;
                }
                if (running < 0 || pay > 0)
                {
                    break;
                }
                response[running] = response[running] < 0 ? now : response[running];
                if (left[running] > 0)
                {
                    break;
                }
                printer = Math.Max(printer, now) + jobs[running].PrintTime;
                turnaround[running] = printer;
                running = -1;
                done++;
            }
            if (running >= 0 && pay > 0)
            {
                pay--;
            }
            else if (running >= 0)
            {
                left[running]--;
                used++;
            }
        }
        return (response, turnaround);
    }
}
