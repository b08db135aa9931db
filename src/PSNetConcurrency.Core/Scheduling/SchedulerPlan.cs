using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>A job in ticks.</summary>
internal struct JobSpec
{
    public long Arrival, Burst, IoEvery, IoTime;
    public int Priority, Ticket;

    /// <summary>Its steps in <see cref="SchedulerPlan.Steps"/>; none where IoEvery tells all.</summary>
    public int StepFrom, StepEnd;
}

/// <summary>A step of a program in ticks; Io is negative where no I/O follows.</summary>
internal readonly record struct TickStep(long Cpu, long Io);

/// <summary>Jobs and options, checked, with all times as ticks: what an engine works on and does not change.</summary>
internal sealed class SchedulerPlan
{
    private SchedulerPlan(SchedulerOptions options, int jobs)
    {
        Options = options;
        Names = new string[jobs];
        Jobs = new JobSpec[jobs];
    }

    public SchedulerOptions Options { get; }

    public string[] Names { get; }

    public JobSpec[] Jobs { get; }

    public TickStep[] Steps { get; private set; } = [];

    public TickScale Scale { get; } = new();

    /// <summary>The quanta of the queues; of one where the policy has one.</summary>
    public long[] Quantum { get; private set; } = [];

    public int[] Allotment { get; private set; } = [];

    public long BoostInterval { get; private set; }

    public long AgingInterval { get; private set; }

    public long SwitchCost { get; private set; }

    /// <summary>No time and no burst of the run is above this: the last arrival and all work and I/O one after another, without switches.</summary>
    public Int128 Horizon { get; private set; }

    public bool IsOstep => Options.Compatibility == SchedulerCompatibility.Ostep;

    public static SchedulerPlan Create(IReadOnlyList<SchedulerJob> jobs, SchedulerOptions options)
    {
        if (jobs.Count == 0)
        {
            throw new NetException(NetError.NoJob, "There is no job to schedule: give at least one, such as New-SchedulerJob -BurstTime 5.", jobs);
        }
        SchedulerPlan plan = new(options, jobs.Count);
        QueueSettings queues = QueueSettings.Of(options);
        foreach (double time in (double[])[.. queues.Quantum, options.BoostInterval, options.AgingInterval, options.ContextSwitchCost])
        {
            plan.Scale.Include(time, "A quantum, interval or cost");
        }
        ProgramStep[]?[]? programs = plan.Check(jobs);
        plan.Quantum = [.. queues.Quantum.Select(q => plan.Scale.ToTicks(q, "The quantum"))];
        plan.Allotment = queues.Allotment;
        plan.BoostInterval = plan.Scale.ToTicks(options.BoostInterval, "The boost interval");
        plan.AgingInterval = plan.Scale.ToTicks(options.AgingInterval, "The aging interval");
        plan.SwitchCost = plan.Scale.ToTicks(options.ContextSwitchCost, "The cost of a context switch");
        plan.Fill(jobs, programs);
        return plan;
    }

    // Everything that can be wrong, before anything is converted; the scale comes to know all times.
    private ProgramStep[]?[]? Check(IReadOnlyList<SchedulerJob> jobs)
    {
        HashSet<string> names = new(jobs.Count, StringComparer.OrdinalIgnoreCase);
        ProgramStep[]?[]? programs = null;
        for (int i = 0; i < jobs.Count; i++)
        {
            SchedulerJob job = jobs[i];
            string name = Names[i] = JobChecks.NameOf(job.Name, i);
            if (!names.Add(name))
            {
                throw new NetException(NetError.DuplicateJobName, $"Two jobs are called {name}: give each a name of its own. A job without one is called P and its number.", name);
            }
            ProgramStep[]? program = JobChecks.Check(job, name);
            if (Options.Policy is SchedulingPolicy.Lottery or SchedulingPolicy.Stride && job.Ticket < 1)
            {
                throw new NetException(NetError.TicketInvalid, $"Job {name} has {job.Ticket} tickets, and would never run under {Options.Policy}: give it 1 or more.", job);
            }
            Scale.Include(job.ArrivalTime, "The arrival time", name);
            Scale.Include(job.BurstTime, "The burst time", name);
            Scale.Include(job.IoEvery, "The I/O distance", name);
            Scale.Include(job.IoTime, "The I/O time", name);
            foreach (ProgramStep step in program ?? [])
            {
                Scale.Include(step.Cpu, "A time in the program", name);
                Scale.Include(step.Io ?? 0, "A time in the program", name);
            }
            if (program is not null)
            {
                programs ??= new ProgramStep[]?[jobs.Count];
                programs[i] = program;
            }
        }
        return programs;
    }

    private void Fill(IReadOnlyList<SchedulerJob> jobs, ProgramStep[]?[]? programs)
    {
        List<TickStep> steps = [];
        Int128 last = 0, work = 0;
        for (int i = 0; i < jobs.Count; i++)
        {
            SchedulerJob job = jobs[i];
            ref JobSpec spec = ref Jobs[i];
            string name = Names[i];
            spec.Arrival = Scale.ToTicks(job.ArrivalTime, "The arrival time", name);
            spec.Priority = job.Priority;
            spec.Ticket = job.Ticket;
            spec.IoTime = Scale.ToTicks(job.IoTime, "The I/O time", name);
            Int128 burst = 0, io = 0;
            if (programs?[i] is { } program)
            {
                spec.StepFrom = steps.Count;
                foreach (ProgramStep step in program)
                {
                    TickStep ticks = new(Scale.ToTicks(step.Cpu, "A time in the program", name), step.Io is double t ? Scale.ToTicks(t, "A time in the program", name) : -1);
                    steps.Add(ticks);
                    burst += ticks.Cpu;
                    io += Math.Max(0, ticks.Io);
                }
                spec.StepEnd = steps.Count;
            }
            else
            {
                burst = Scale.ToTicks(job.BurstTime, "The burst time", name);
                spec.IoEvery = Scale.ToTicks(job.IoEvery, "The I/O distance", name);
                io = spec.IoEvery > 0 ? (burst - 1) / spec.IoEvery * spec.IoTime : 0;
            }
            spec.Burst = burst <= long.MaxValue ? (long)burst : throw TickScale.TooLarge("The burst time", name, Scale.ToTime(burst));
            last = Int128.Max(last, spec.Arrival);
            work += burst + io;
        }
        Steps = [.. steps];
        Horizon = last + work;
    }
}
