using System.Management.Automation;
using PSNetConcurrency.Core.Scheduling;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Scheduling;

namespace PSNetConcurrency.Commands.Scheduling;

/// <summary>Simulates how a policy schedules jobs: who runs when, how long each waits, and why.</summary>
/// <remarks>
/// <para>The policies, by -Policy:</para>
/// <list type="bullet">
///   <item>FCFS and RoundRobin (with -Quantum) serve in the order in which jobs become ready.</item>
///   <item>SJF and SRTF choose by the next CPU burst, up to the next I/O or the end; SRTF also takes the processor for a shorter one.</item>
///   <item>Priority and PriorityPreemptive choose the lowest number; with -AgingInterval waiting improves it.</item>
///   <item>HRRN chooses the highest (waited + burst) / burst.</item>
///   <item>MLFQ has queues (-QueueCount, -QuantumList, -AllotmentList, -BoostInterval, -StayOnIo, -IoBump).</item>
///   <item>Lottery and Stride share the processor by Ticket, with luck (-Seed, -RandomNumber) and without.</item>
/// </list>
/// <para>-Compatibility says whose rules hold at equal moments: Textbook, or Ostep for the very schedules of OSTEP's scheduler.py, lottery.py and mlfq.py. All of the rules are in about_PSNetConcurrency_Scheduling.</para>
/// <para>Response is the time from arrival to the first run, Turnaround to the end; Waiting is Turnaround without CPU and I/O time, so a context switch to a job is waited for. CpuUtilization and Throughput are from the first arrival until the last job ended. P99 is the value that 99 of 100 jobs do not exceed.</para>
/// <para>Times are counted exactly, in the last decimal place that occurs. The simulation goes from event to event: a million jobs take seconds.</para>
/// </remarks>
/// <example>
///   <para>Who ran when, and what became of each job.</para>
///   <code>$jobs = @{ Burst = 8 }, @{ Burst = 4; Arrival = 1 }, @{ Burst = 9; Arrival = 2 }, @{ Burst = 5; Arrival = 3 }
/// $result = Invoke-SchedulerSimulation $jobs -Policy SRTF
/// $result
/// $result.Job
/// $result.Gantt</code>
/// </example>
/// <example>
///   <para>Every event with its reason, under a multi-level feedback queue.</para>
///   <code>$jobs = @{ Name = 'batch'; Burst = 30 }, @{ Name = 'editor'; Burst = 6; IoEvery = 2; IoTime = 4; Arrival = 5 }
/// $result = $jobs | Invoke-SchedulerSimulation -Policy MLFQ -QuantumList 4, 8, 16 -BoostInterval 40 -Trace
/// $result.Trace</code>
/// </example>
/// <example>
///   <para>Rows of a CSV file. Import-Csv jobs.csv gives such objects; the numbers are text, and read with a point.</para>
///   <code>$rows = [pscustomobject]@{ Name = 'a'; ArrivalTime = '0'; BurstTime = '2.5' }, [pscustomobject]@{ Name = 'b'; ArrivalTime = '0.5'; BurstTime = '1' }
/// $rows | Invoke-SchedulerSimulation -Policy FCFS, RoundRobin</code>
/// </example>
/// <example>
///   <para>The run of OSTEP's ./mlfq.py -l 0,84,7:0,42,3:0,51,4 -c.</para>
///   <code>$jobs = @{ Burst = 84; IoEvery = 7 }, @{ Burst = 42; IoEvery = 3 }, @{ Burst = 51; IoEvery = 4 }
/// (Invoke-SchedulerSimulation $jobs -Policy MLFQ -Compatibility Ostep).Job</code>
/// </example>
/// <inputs>System.Management.Automation.PSObject: jobs, as New-SchedulerJob makes them, as rows of a CSV file, objects, hashtables or numbers.</inputs>
/// <outputs>PSNetConcurrency.SchedulerResult: one for each policy, with each job's times (Job), the bars of a chart (Gantt) and, with -Trace, the events (Trace).</outputs>
/// <seealso cref="CompareSchedulerPolicyCommand"/>
/// <seealso cref="NewSchedulerJobCommand"/>
/// <seealso href="https://pages.cs.wisc.edu/~remzi/OSTEP/">Operating Systems: Three Easy Pieces, chapters 7 to 10</seealso>
[Cmdlet(VerbsLifecycle.Invoke, "SchedulerSimulation")]
[OutputType(typeof(SchedulerResult))]
public sealed class InvokeSchedulerSimulationCommand : SchedulerCommand
{
    /// <summary>The policy; several give a result each.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public SchedulingPolicy[] Policy { get; set; } = [];

    /// <summary>Keeps every event with its reason, in the property Trace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    /// <summary>The most segments that the property Gantt holds. Where there are more it holds none, and GanttOmitted says so. The default is 10000; 0 keeps none.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int GanttLimit { get; set; } = SchedulerOptions.DefaultGanttLimit;

    protected override async Task EndAsync()
    {
        SchedulerOptions options = Options() with { Trace = Trace, GanttLimit = GanttLimit };
        foreach (SchedulingPolicy policy in Policy)
        {
            WriteObject(await SimulateAsync(options with { Policy = policy }));
        }
    }
}
