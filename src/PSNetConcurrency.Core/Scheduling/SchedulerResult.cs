using System.Globalization;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency;

/// <summary>What a policy made of the jobs. Times are in the unit of the jobs' times.</summary>
public sealed record SchedulerResult
{
    private readonly RunSummary _run;
    private SchedulerJobResult[]? _jobs;

    internal SchedulerResult(RunSummary run)
    {
        _run = run;
        SchedulerPlan plan = run.Plan;
        Policy = plan.Options.Policy;
        Compatibility = plan.Options.Compatibility;
        ProcessorCount = plan.Options.ProcessorCount;
        Seed = Policy == SchedulingPolicy.Lottery && plan.Options.RandomNumber is null ? plan.Options.Seed : null;
        Quantum = Policy is SchedulingPolicy.RoundRobin or SchedulingPolicy.Lottery or SchedulingPolicy.Stride or SchedulingPolicy.MLFQ
            ? Array.ConvertAll(plan.Quantum, q => plan.Scale.ToTime(q)) : [];
        (AverageResponse, P99Response, MaxResponse) = Spread(j => run.Jobs[j].FirstRun - plan.Jobs[j].Arrival);
        (AverageTurnaround, P99Turnaround, MaxTurnaround) = Spread(j => run.Jobs[j].Completion - plan.Jobs[j].Arrival);
        (AverageWaiting, P99Waiting, MaxWaiting) = Spread(run.WaitingOf);
        Int128 makespan = (Int128)run.Jobs.Max(j => j.Completion) - plan.Jobs.Min(j => j.Arrival);
        Makespan = plan.Scale.ToTime(makespan);
        CpuUtilization = (double)run.Busy / ((double)makespan * ProcessorCount);
        Throughput = JobCount / Makespan;
        Gantt = run.Gantt.ToArray();
        Trace = run.Trace?.ToArray() ?? [];
    }

    public SchedulingPolicy Policy { get; }

    public SchedulerCompatibility Compatibility { get; }

    public int ProcessorCount { get; }

    /// <summary>The quantum; under MLFQ that of each queue, the highest first; empty for policies without.</summary>
    public double[] Quantum { get; }

    /// <summary>The seed from which a lottery drew: with it the run can be had again.</summary>
    public long? Seed { get; }

    public int JobCount => _run.Jobs.Length;

    /// <summary>The jobs, in the order in which they were given.</summary>
    public SchedulerJobResult[] Job => _jobs ??= [.. Enumerable.Range(0, JobCount).Select(JobResult)];

    public double AverageResponse { get; }

    public double AverageTurnaround { get; }

    public double AverageWaiting { get; }

    /// <summary>99 of 100 jobs did not have to wait longer for their first run (nearest rank).</summary>
    public double P99Response { get; }

    public double P99Turnaround { get; }

    public double P99Waiting { get; }

    public double MaxResponse { get; }

    public double MaxTurnaround { get; }

    public double MaxWaiting { get; }

    /// <summary>From the first arrival until the last job ended.</summary>
    public double Makespan { get; }

    /// <summary>The share of the processors' time, from the first arrival until the last job ended, in which jobs computed: 0 to 1.</summary>
    public double CpuUtilization { get; }

    /// <summary>Jobs that ended in a unit of time.</summary>
    public double Throughput { get; }

    /// <summary>How often a processor changed over from one job to another.</summary>
    public long ContextSwitch => _run.Switches;

    /// <summary>What ran when and where; empty where <see cref="GanttOmitted"/>.</summary>
    public GanttSegment[] Gantt { get; }

    /// <summary>Whether there are more segments than were to be kept, so that none were.</summary>
    public bool GanttOmitted => !_run.Gantt.IsKept;

    /// <summary>What happened and why, where that was asked for.</summary>
    public SchedulerEvent[] Trace { get; }

    internal RunSummary Run => _run;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Policy}: waiting {AverageWaiting:0.##}, turnaround {AverageTurnaround:0.##}, response {AverageResponse:0.##}");

    private SchedulerJobResult JobResult(int job)
    {
        TickScale scale = _run.Plan.Scale;
        ref JobSpec spec = ref _run.Plan.Jobs[job];
        ref JobState state = ref _run.Jobs[job];
        return new SchedulerJobResult
        {
            Name = _run.Plan.Names[job],
            Arrival = scale.ToTime(spec.Arrival),
            Burst = scale.ToTime(spec.Burst),
            FirstRun = scale.ToTime(state.FirstRun),
            Completion = scale.ToTime(state.Completion),
            Response = scale.ToTime(state.FirstRun - spec.Arrival),
            Turnaround = scale.ToTime(state.Completion - spec.Arrival),
            Waiting = scale.ToTime(_run.WaitingOf(job)),
            Demotion = state.Demotions,
            ContextSwitch = state.Switches,
        };
    }

    private (double Mean, double P99, double Max) Spread(Func<int, long> measure)
    {
        long[] values = new long[JobCount];
        Int128 sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += values[i] = measure(i);
        }
        Array.Sort(values);
        TickScale scale = _run.Plan.Scale;
        return (scale.ToMean(sum, values.Length), scale.ToTime(values[(int)(((99L * values.Length) + 99) / 100) - 1]), scale.ToTime(values[^1]));
    }
}
