namespace PSNetConcurrency.Core.Scheduling;

/// <summary>Lays the results of several policies beside each other, and says in words what each did to the jobs.</summary>
internal static class PolicyComparison
{
    // A run is long where it is at least so many times the median burst.
    private const int LongRun = 2;

    // So many must wait behind it, or be served before, to speak of it.
    private const int Several = 2;

    // Switches a job, at least, that are worth a word.
    private const int ManySwitches = 3;

    public static SchedulerComparison[] Compare(IReadOnlyList<SchedulerResult> results, SchedulerMetric metric)
    {
        double best = results.Min(r => Cost(r, metric));
        return [.. results.Select(r => new SchedulerComparison(r, metric, Cost(r, metric) == best, Note(r, results)))];
    }

    // The lower, the better.
    private static double Cost(SchedulerResult result, SchedulerMetric metric) => metric switch
    {
        SchedulerMetric.AverageWaiting => result.AverageWaiting,
        SchedulerMetric.AverageTurnaround => result.AverageTurnaround,
        SchedulerMetric.AverageResponse => result.AverageResponse,
        SchedulerMetric.P99Waiting => result.P99Waiting,
        SchedulerMetric.P99Response => result.P99Response,
        SchedulerMetric.MaxWaiting => result.MaxWaiting,
        SchedulerMetric.ContextSwitch => result.ContextSwitch,
        SchedulerMetric.CpuUtilization => -result.CpuUtilization,
        SchedulerMetric.Throughput => -result.Throughput,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No metric of that name."),
    };

    private static string Note(SchedulerResult result, IReadOnlyList<SchedulerResult> results)
    {
        string sameness = Sameness(result);
        return sameness.Length > 0 ? sameness : string.Join(" ", ((string[])[Convoy(result.Run), Starvation(result.Run), Switching(result, results)]).Where(n => n.Length > 0));
    }

    private static string Sameness(SchedulerResult result)
    {
        SchedulerPlan plan = result.Run.Plan;
        return result.Policy switch
        {
            SchedulingPolicy.Priority or SchedulingPolicy.PriorityPreemptive when plan.Jobs.Length > 1 && plan.Jobs.All(j => j.Priority == plan.Jobs[0].Priority) => "All priorities are equal: as FCFS.",
            SchedulingPolicy.RoundRobin when result.ContextSwitch < plan.Jobs.Length && plan.Jobs.All(j => j.Burst <= plan.Quantum[0]) => "No burst is longer than the quantum: as FCFS.",
            _ => "",
        };
    }

    // The convoy effect: one long uninterrupted run, and most of all waiting is behind it.
    private static string Convoy(RunSummary run)
    {
        Convoy convoy = run.Convoy;
        Int128 all = TotalWaiting(run);
        long length = convoy.To - convoy.From;
        if (convoy.Waiting < Several || length < LongRun * MedianBurst(run.Plan) || convoy.Waited * 2 < all)
        {
            return "";
        }
        TickScale scale = run.Plan.Scale;
        return $"Convoy: {convoy.Waiting} jobs waited behind {run.Plan.Names[convoy.Job]} ({scale.Format(convoy.From)}-{scale.Format(convoy.To)}), {scale.Format(convoy.Waited)} of {scale.Format(all)} in all.";
    }

    // A job that stood ready while others, which came after it, came and went.
    private static string Starvation(RunSummary run)
    {
        (int job, long from, long to) = run.LongestWait;
        if (job < 0 || to - from < run.Plan.Jobs[job].Burst)
        {
            return "";
        }
        long served = 0;
        for (int i = 0; i < run.Jobs.Length; i++)
        {
            served += IsAfter(run.Plan, i, job) && run.Jobs[i].Completion > from && run.Jobs[i].Completion <= to ? 1 : 0;
        }
        TickScale scale = run.Plan.Scale;
        return served < Several ? ""
            : $"Starved: {run.Plan.Names[job]} (burst {scale.Format(run.Plan.Jobs[job].Burst)}) was ready {scale.Format(from)}-{scale.Format(to)} while {served} later jobs finished.";
    }

    private static bool IsAfter(SchedulerPlan plan, int job, int other) =>
        plan.Jobs[job].Arrival > plan.Jobs[other].Arrival || (plan.Jobs[job].Arrival == plan.Jobs[other].Arrival && job > other);

    private static string Switching(SchedulerResult result, IReadOnlyList<SchedulerResult> results)
    {
        long fewest = results.Min(r => r.ContextSwitch);
        if (result.ContextSwitch < ManySwitches * (long)result.JobCount || result.ContextSwitch == fewest)
        {
            return "";
        }
        long cost = result.Run.Plan.SwitchCost;
        string price = cost > 0 ? $" at {result.Run.Plan.Scale.Format(cost)} each" : "";
        return FormattableString.Invariant($"{result.ContextSwitch} context switches for {result.JobCount} jobs{price}; the fewest are {fewest}.");
    }

    private static long MedianBurst(SchedulerPlan plan)
    {
        long[] bursts = Array.ConvertAll(plan.Jobs, j => j.Burst);
        Array.Sort(bursts);
        return bursts[bursts.Length / 2];
    }

    private static Int128 TotalWaiting(RunSummary run)
    {
        Int128 total = 0;
        for (int i = 0; i < run.Jobs.Length; i++)
        {
            total += run.WaitingOf(i);
        }
        return total;
    }
}
