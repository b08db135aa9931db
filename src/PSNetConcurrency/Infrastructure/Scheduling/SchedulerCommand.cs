using System.Management.Automation;
using System.Security.Cryptography;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Infrastructure.Scheduling;

/// <summary>What cmdlets share that simulate the scheduling of jobs: the jobs, and how policies are set.</summary>
public abstract class SchedulerCommand : NetCmdlet
{
    private readonly List<SchedulerJob> _jobs = [];
    private string _status = "";
    private double _done;

    /// <summary>The jobs: what New-SchedulerJob returns, or rows of Import-Csv, objects and hashtables with some of Name, ArrivalTime (Arrival), BurstTime (Burst, RunTime, ServiceTime, Length), Priority, Ticket (Tickets), IoEvery, IoTime and Program; or numbers, which are burst times of jobs that are there from the beginning.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    public PSObject[] Job { get; set; } = [];

    /// <summary>How long a job may run at a time, in the unit of the jobs' times: under RoundRobin, Lottery, Stride, and in each queue of MLFQ.</summary>
    /// <value>1; 10 under MLFQ</value>
    [Parameter]
    public double? Quantum { get; set; }

    /// <summary>MLFQ: the quantum of each queue, that of the highest first. There are as many queues as values.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public double[]? QuantumList { get; set; }

    /// <summary>MLFQ: how many quanta a job may use in a queue before it sinks to the next. The default is 1.</summary>
    [Parameter]
    public int Allotment { get; set; } = 1;

    /// <summary>MLFQ: the same for each queue, the highest first.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public int[]? AllotmentList { get; set; }

    /// <summary>MLFQ: how many queues there are, 1 to 64.</summary>
    /// <value>as many as -QuantumList or -AllotmentList has, or 3</value>
    [Parameter]
    public int? QueueCount { get; set; }

    /// <summary>MLFQ: how often all jobs are lifted to the highest queue; 0, which is the default, for never.</summary>
    [Parameter]
    public double BoostInterval { get; set; }

    /// <summary>MLFQ: a job that issues an I/O before its quantum ends has its full allotment again, so that it never sinks (OSTEP's old rule 4b, which can be gamed).</summary>
    [Parameter]
    public SwitchParameter StayOnIo { get; set; }

    /// <summary>MLFQ: a job whose I/O is done goes to the head of its queue rather than to the tail.</summary>
    [Parameter]
    public SwitchParameter IoBump { get; set; }

    /// <summary>What it costs a processor to change over from one job to another, in the unit of the jobs' times. The default is 0. The first job of a processor costs nothing.</summary>
    [Parameter]
    public double ContextSwitchCost { get; set; }

    /// <summary>How many processors take jobs from the ready queue. The default is 1.</summary>
    [Parameter]
    public int ProcessorCount { get; set; } = 1;

    /// <summary>Priority and PriorityPreemptive: after how much waiting a job's priority counts as one better; 0, which is the default, for never.</summary>
    [Parameter]
    public double AgingInterval { get; set; }

    /// <summary>Lottery: the numbers drawn, one for each quantum, such as a textbook gives. The winning ticket is the number modulo the tickets of the ready jobs, counted in the order of the list.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public long[]? RandomNumber { get; set; }

    /// <summary>Lottery: from what the numbers are drawn. The same seed gives the same schedule everywhere; with -Compatibility Ostep the numbers are those of lottery.py -s.</summary>
    /// <value>chosen at random and told in the result; 0 with -Compatibility Ostep</value>
    [Parameter]
    public long? Seed { get; set; }

    /// <summary>Whose rules decide what happens at the same moment. The default is Textbook.</summary>
    [Parameter]
    public SchedulerCompatibility Compatibility { get; set; }

    // One job less would make another schedule.
    protected override bool FailuresTerminate => true;

    protected override ProgressRecord? Progress() => ProgressOf(_status, 100 * _done);

    protected override Task ProcessAsync()
    {
        foreach (PSObject job in Job)
        {
            _jobs.Add(SchedulerJobReader.Read(job, _jobs.Count));
        }
        return Task.CompletedTask;
    }

    private protected SchedulerOptions Options() => new()
    {
        Quantum = Quantum,
        QuantumList = QuantumList,
        Allotment = Allotment,
        AllotmentList = AllotmentList,
        QueueCount = QueueCount,
        BoostInterval = BoostInterval,
        StayOnIo = StayOnIo,
        IoBump = IoBump,
        ContextSwitchCost = ContextSwitchCost,
        ProcessorCount = ProcessorCount,
        AgingInterval = AgingInterval,
        RandomNumber = RandomNumber,
        Seed = Seed ?? (Compatibility == SchedulerCompatibility.Ostep ? 0 : RandomNumberGenerator.GetInt32(int.MaxValue)),
        Compatibility = Compatibility,
    };

    /// <summary>Simulates the jobs that came, away from the pipeline thread.</summary>
    private protected Task<SchedulerResult> SimulateAsync(SchedulerOptions options)
    {
        _status = $"{options.Policy}, {_jobs.Count} jobs";
        _done = 0;
        return Task.Run(() => SchedulerSimulation.Run(_jobs, options, done => _done = done, StopToken), StopToken);
    }
}
