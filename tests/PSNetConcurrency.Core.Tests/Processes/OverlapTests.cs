using System.Diagnostics;
using CsCheck;
using PSNetConcurrency.Core.Processes.Measure;
using Xunit;

namespace PSNetConcurrency.Core.Tests.Processes;

public class OverlapTests
{
    private static readonly long Second = Stopwatch.Frequency;

    [Fact]
    public void SpansThatMeetDoNotOverlap()
    {
        Overlap overlap = Overlap.Of([new("a", [0, 10, 20, 30]), new("b", [10, 20, 30, 40])]);
        Assert.Equal(new Overlap(1, 0), overlap);
    }

    [Fact]
    public void OverlapIsCountedOnceHoweverManyTakePart()
    {
        Overlap overlap = Overlap.Of([new("a", [0, 10]), new("b", [5, 15]), new("c", [6, 8])]);
        Assert.Equal(new Overlap(3, 5), overlap);
    }

    [Fact]
    public void WhatIsShorterThanTheResolutionDoesNotCount()
    {
        WorkerTrace[] workers = [new("a", [0, 10]), new("b", [8, 30]), new("c", [20, 40])];
        Assert.Equal(new Overlap(2, 10), Overlap.Of(workers, resolution: 2));
    }

    [Fact]
    public void TheSweepAgreesWithCountingEveryTick() =>
        Gen.Long[0, 40].Array[2, 8].Where(a => a.Length % 2 == 0).Select(a => a.Order().ToArray()).Array[1, 5].Sample(spans =>
        {
            Overlap overlap = Overlap.Of(spans.Select((s, i) => new WorkerTrace($"{i}", s)).ToArray());
            int most = 0, shared = 0;
            for (int tick = 0; tick < 40; tick++)
            {
                int running = spans.Count(s => Enumerable.Range(0, s.Length / 2).Any(i => s[2 * i] <= tick && tick < s[(2 * i) + 1]));
                most = Math.Max(most, running);
                shared += running > 1 ? 1 : 0;
            }
            return overlap.Ticks == shared && overlap.MaxSimultaneous == most;
        });

    [Theory]
    [InlineData(ParallelismVerdict.Serial, 0, 1, 1, 2)]
    [InlineData(ParallelismVerdict.Parallel, 0, 2, 1, 3)]
    public void TwoWorkersAreJudged(ParallelismVerdict expected, int begin1, int end1, int begin2, int end2)
    {
        WorkerTrace[] workers = [new("a", [begin1 * Second, end1 * Second]), new("b", [begin2 * Second, end2 * Second])];
        Assert.Equal(expected, Overlap.Of(workers).Judge(workers));
    }

    [Fact]
    public void TakingTurnsIsConcurrentAndNotParallel()
    {
        WorkerTrace[] workers = [new("a", [0, Second, 2 * Second, 3 * Second]), new("b", [Second, 2 * Second, 3 * Second, 4 * Second])];
        ParallelismResult result = Overlap.Explain(ParallelismMode.Process, ParallelismWorkload.Cpu, 1, TimeSpan.FromSeconds(4), 0, workers);
        Assert.Equal(ParallelismVerdict.Concurrent, result.Verdict);
        Assert.Equal((1, 0d), (result.MaxSimultaneous, result.OverlapSeconds));
        Assert.Equal(TimeSpan.FromSeconds(4), result.SumOfWork);
        Assert.Equal((1d, 1d), (result.Speedup, result.Efficiency));
        Assert.Contains("took turns on one processor", result.Explanation);
        Assert.Equal(new GanttSegment("a", "a", 2, 3), result.Gantt[1]);
    }

    [Fact]
    public void WaitsThatOverlapAreNoParallelWork()
    {
        WorkerTrace[] workers = [new("a", [0, Second]), new("b", [0, Second])];
        ParallelismResult result = Overlap.Explain(ParallelismMode.Runspace, ParallelismWorkload.Io, 2, TimeSpan.FromSeconds(1), 0, workers);
        Assert.Equal(ParallelismVerdict.Concurrent, result.Verdict);
        Assert.Equal(2, result.MaxSimultaneous);
    }
}
