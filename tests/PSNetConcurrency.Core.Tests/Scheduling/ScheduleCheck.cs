using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>Looks over a schedule by brute force: all times are quarters, and small.</summary>
internal static class ScheduleCheck
{
    public static void Check(SchedulerJob[] jobs, SchedulerOptions options, SchedulerResult result)
    {
        Assert.False(result.GanttOmitted);
        // No processor does two things at once.
        foreach (IGrouping<string, GanttSegment> lane in result.Gantt.GroupBy(g => g.Lane))
        {
            double end = 0;
            Assert.All(lane, g => Assert.True(g.Start >= end && (end = g.End) > g.Start));
        }
        for (int i = 0; i < jobs.Length; i++)
        {
            SchedulerJobResult job = result.Job[i];
            GanttSegment[] runs = [.. result.Gantt.Where(g => g.Label == job.Name).OrderBy(g => g.Start)];
            Assert.Equal(job.Burst, runs.Sum(g => g.End - g.Start));
            Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start, "a job is on two processors"));
            Assert.True(runs[0].Start >= jobs[i].ArrivalTime && runs[^1].End <= job.Completion);
            Assert.Equal((runs[0].Start, job.Completion - jobs[i].ArrivalTime), (job.FirstRun, job.Turnaround));
            Assert.True(job.Waiting >= 0);
        }
        WorkConserved(options, result);
        Assert.Equal(result.ContextSwitch, result.Job.Sum(j => (long)j.ContextSwitch));
        Assert.Equal(jobs.Length, result.Trace.Count(e => e.Event == SchedulerEventKind.Finished));
        Assert.Equal(result.Trace.Count(e => e.Event == SchedulerEventKind.IoStarted), result.Trace.Count(e => e.Event == SchedulerEventKind.IoDone) + LastIos(jobs));
        Assert.Equal(result.Job.Sum(j => j.Demotion), result.Trace.Count(e => e.Event == SchedulerEventKind.Demoted));
        Assert.All(result.Trace.Zip(result.Trace.Skip(1)), pair => Assert.True(pair.First.Time <= pair.Second.Time));
        Assert.All(result.Trace, e => Assert.NotEmpty(e.Reason));
    }

    // Programs that end with an I/O: no IoDone, but Finished.
    private static int LastIos(SchedulerJob[] jobs) => jobs.Count(j => j.Program?.EndsWith(",i", StringComparison.Ordinal) == true);

    // Where a job is ready, no processor is idle: at each quarter, those in the trace that are ready or run are as many as run, or all processors work.
    private static void WorkConserved(SchedulerOptions options, SchedulerResult result)
    {
        HashSet<string> present = [];
        for (int i = 0; i < result.Trace.Length; i++)
        {
            SchedulerEvent e = result.Trace[i];
            switch (e.Event)
            {
                case SchedulerEventKind.Arrived or SchedulerEventKind.IoDone:
                    present.Add(e.Job!);
                    break;
                case SchedulerEventKind.IoStarted or SchedulerEventKind.Finished:
                    present.Remove(e.Job!);
                    break;
            }
            if (i + 1 < result.Trace.Length && result.Trace[i + 1].Time > e.Time)
            {
                double middle = (e.Time + result.Trace[i + 1].Time) / 2;
                int working = result.Gantt.Count(g => g.Start <= middle && middle < g.End);
                Assert.Equal(Math.Min(present.Count, options.ProcessorCount), working);
            }
        }
    }
}
