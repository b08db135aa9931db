using System.Management.Automation;
using PSNetConcurrency.Core.Scheduling;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Scheduling;

namespace PSNetConcurrency.Commands.Scheduling;

/// <summary>Makes a job for a scheduling simulation, and checks it.</summary>
/// <remarks>
/// <para>A job has a burst, the CPU time that it needs in all, and perhaps an I/O after each -IoEvery of it; or a -Program, which says in turn for how long it computes and when it waits for an I/O. All times are in one unit of your choice, and exact to 15 digits.</para>
/// <para>Invoke-SchedulerSimulation and Compare-SchedulerPolicy take such jobs, and also rows of Import-Csv, objects, hashtables and numbers as they are: this cmdlet is for jobs that are written down, and for looking at them.</para>
/// </remarks>
/// <example>
///   <para>The three jobs behind which the convoy effect is explained.</para>
///   <code>$jobs = 24, 3, 3 | New-SchedulerJob
/// $jobs
/// $jobs | Invoke-SchedulerSimulation -Policy FCFS</code>
/// </example>
/// <example>
///   <para>A job that computes, one that does I/O regularly, and one with a program: computes for 7, waits 5, computes for 1.</para>
///   <code>New-SchedulerJob -Name batch -BurstTime 60
/// New-SchedulerJob -Name editor -BurstTime 20 -IoEvery 2 -IoTime 8 -ArrivalTime 3
/// New-SchedulerJob -Name copy -Program 'c7,i5,c1'</code>
/// </example>
/// <inputs>
///   <para>System.Double: a burst time.</para>
///   <para>System.Management.Automation.PSObject: objects with the parameters as properties, such as Import-Csv makes them.</para>
/// </inputs>
/// <outputs>PSNetConcurrency.SchedulerJob</outputs>
/// <seealso cref="InvokeSchedulerSimulationCommand"/>
/// <seealso cref="CompareSchedulerPolicyCommand"/>
[Cmdlet(VerbsCommon.New, "SchedulerJob")]
[OutputType(typeof(SchedulerJob))]
public sealed class NewSchedulerJobCommand : NetCmdlet
{
    private int _count;

    /// <summary>The CPU time that the job needs in all.</summary>
    /// <value>None</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    // Not Length, as rows may have it: a text that is no number would be a job as long as it is.
    [Alias("Burst", "RunTime", "ServiceTime")]
    [NumberTransform]
    public double BurstTime { get; set; }

    /// <summary>The name, different for each job.</summary>
    /// <value>P and the number of the job: P1, P2</value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("JobName")]
    public string? Name { get; set; }

    /// <summary>When the job comes into the system. The default is 0.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Arrival")]
    [NumberTransform]
    public double ArrivalTime { get; set; }

    /// <summary>The priority; the lower number is the more urgent one. The default is 0.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NumberTransform]
    public int Priority { get; set; }

    /// <summary>The share of the processor under Lottery and Stride. The default is 100.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tickets")]
    [BlankTransform(SchedulerJob.DefaultTicket)]
    [NumberTransform]
    public int Ticket { get; set; } = SchedulerJob.DefaultTicket;

    /// <summary>After how much CPU time the job issues an I/O, again and again; 0, which is the default, for never. There is none at the very end.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("IoFrequency")]
    [NumberTransform]
    public double IoEvery { get; set; }

    /// <summary>How long an I/O lasts. The default is 5, as in OSTEP's programs. Any number of jobs may wait at once.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("IoLength")]
    [BlankTransform(SchedulerJob.DefaultIoTime)]
    [NumberTransform]
    public double IoTime { get; set; } = SchedulerJob.DefaultIoTime;

    /// <summary>What the job does, instead of -BurstTime and -IoEvery: cN computes for N, i is an I/O of -IoTime, iN one of N; with commas between.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Program { get; set; }

    protected override Task ProcessAsync()
    {
        SchedulerJob job = new()
        {
            Name = Name,
            ArrivalTime = ArrivalTime,
            BurstTime = BurstTime,
            Priority = Priority,
            Ticket = Ticket,
            IoEvery = IoEvery,
            IoTime = IoTime,
            Program = string.IsNullOrWhiteSpace(Program) ? null : Program,
        };
        job = job with { Name = JobChecks.NameOf(job.Name, _count++) };
        JobChecks.Check(job, job.Name!);
        WriteObject(job);
        return Task.CompletedTask;
    }
}
