using System.Management.Automation;
using PSNetConcurrency.Core.Scheduling.Batch;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Scheduling;

namespace PSNetConcurrency.Commands.Batch;

/// <summary>Works off a deck of jobs as the eras of batch work did, from punch cards to time sharing, and compares them.</summary>
/// <remarks>
/// <para>A job is an object, a hashtable or a row of a CSV file with the properties Name, SetupTime (0 where it is missing), ReadTime, ComputeTime and PrintTime, all in one unit of your choice, such as minutes. All jobs are submitted at time 0 and taken in the order of the deck. There are one card reader, one processor and one printer, each for one job at a time, and a job is read, then computes, then is printed.</para>
/// <list type="bullet">
///   <item>PunchCard: one job after the other has the whole machine. The total is the sum of all set-ups, reading, computing and printing.</item>
///   <item>OnlineBatch: the machine is set up once, for as long as the longest set-up of the deck; then the same, a job at a time.</item>
///   <item>OfflineBatch: three machines. One copies cards to tape, the computer reads the tape, computes and writes another, and a third prints that. The computer takes ReadTime / f + ComputeTime + PrintTime / f for a job, with f = -TapeSpeedFactor. -BatchSize jobs are on a tape and go from machine to machine together: C(i, k) = max(C(i-1, k), C(i, k-1)) + p(i, k) for batch i on machine k. No set-up.</item>
///   <item>Multiprogramming: reader, processor and printer work at the same time, for different jobs. What was read waits on disk (spooling), for as many jobs as there are; the processor takes them as they were read, and each computes to its end. The same recurrence, with p = ReadTime, ComputeTime, PrintTime. No set-up.</item>
///   <item>TimeSharing: the same, and the jobs that have been read compute in turns (round robin), -Quantum each; -ContextSwitchCost is lost whenever the processor takes up another job than the one before. A job that has been read at the moment at which a quantum ends stands before the job whose quantum it was. Printed in the order in which they have computed.</item>
/// </list>
/// <para>Throughput is jobs in a unit of time. Turnaround is the time until a job's own output is printed, and response the time until it first has the processor. CpuBusy is the sum of all ComputeTime in every era: what changes is how much else there is. Overhead is set-up, tapes on the computer and context switches.</para>
/// <para>Times are computed as decimals, exactly: what happens at the same moment does so here.</para>
/// </remarks>
/// <example>
///   <para>The history in a table.</para>
///   <code>$deck = 6, 1, 3 | ForEach-Object { [pscustomobject]@{ Name = "J$_"; SetupTime = 5; ReadTime = 2; ComputeTime = $_; PrintTime = 3 } }
/// $deck | Invoke-BatchSimulation</code>
///   <para>From era to era the processor idles less. Time sharing gives each job the processor sooner (Response).</para>
/// </example>
/// <example>
///   <para>What a tape that carries several jobs costs each of them.</para>
///   <code>$deck = 1..6 | ForEach-Object { @{ Name = "J$_"; ReadTime = 2; ComputeTime = 4; PrintTime = 2 } }
/// 1, 3, 6 | ForEach-Object { Invoke-BatchSimulation -Job $deck -Era OfflineBatch -BatchSize $_ }</code>
/// </example>
/// <example>
///   <para>A small quantum makes jobs begin sooner, and context switches eat more of the time.</para>
///   <code>$deck = 8, 2, 4 | ForEach-Object { @{ Name = "J$_"; ReadTime = 1; ComputeTime = $_; PrintTime = 1 } }
/// $result = 4, 1, 0.5 | ForEach-Object { Invoke-BatchSimulation $deck -Era TimeSharing -Quantum $_ -ContextSwitchCost 0.1 }
/// $result
/// $result[0].Timeline</code>
/// </example>
/// <inputs>System.Management.Automation.PSObject: jobs, objects or hashtables with Name, SetupTime, ReadTime, ComputeTime and PrintTime.</inputs>
/// <outputs>PSNetConcurrency.BatchResult: one for each era, with each job's times (Job), the bars of a chart (Timeline: Operator, Reader, Tape, CPU, Printer) and what the era changed (Note).</outputs>
/// <seealso cref="MeasureMultiprogrammingCommand"/>
/// <seealso cref="InvokeProcessStateSimulationCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "BatchSimulation")]
[OutputType(typeof(BatchResult))]
public sealed class InvokeBatchSimulationCommand : NetCmdlet
{
    private readonly List<BatchJob> _jobs = [];
    private string _status = "";

    /// <summary>The deck: jobs with Name, SetupTime, ReadTime, ComputeTime and PrintTime.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    public PSObject[] Job { get; set; } = [];

    /// <summary>The eras, in this order: PunchCard, OnlineBatch, OfflineBatch, Multiprogramming, TimeSharing or All, which is the default and the order of history.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateSet(nameof(BatchEra.PunchCard), nameof(BatchEra.OnlineBatch), nameof(BatchEra.OfflineBatch), nameof(BatchEra.Multiprogramming), nameof(BatchEra.TimeSharing), Choices.All)]
    public string[] Era { get; set; } = [Choices.All];

    /// <summary>How many times faster a tape is than cards and the printer, 0.001 to 1,000,000, for OfflineBatch. The default is 10.</summary>
    [Parameter]
    public double TapeSpeedFactor { get; set; } = BatchOptions.DefaultTapeSpeedFactor;

    /// <summary>How many jobs a tape carries, for OfflineBatch. The default is 1.</summary>
    [Parameter]
    public int BatchSize { get; set; } = 1;

    /// <summary>For how long a job may compute at a time, in the unit of the jobs, for TimeSharing. The default is 1.</summary>
    [Parameter]
    public double Quantum { get; set; } = BatchOptions.DefaultQuantum;

    /// <summary>What it costs to take up another job, in the unit of the jobs, for TimeSharing. The default is 0.</summary>
    [Parameter]
    public double ContextSwitchCost { get; set; }

    // One job less would make another deck.
    protected override bool FailuresTerminate => true;

    protected override ProgressRecord? Progress() => ProgressOf(_status);

    protected override Task ProcessAsync()
    {
        foreach (PSObject job in Job)
        {
            _jobs.Add(BatchJobReader.Read(job, _jobs.Count + 1));
        }
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        BatchOptions options = new(TapeSpeedFactor, BatchSize, Quantum, ContextSwitchCost);
        BatchDeck deck = new(_jobs);
        foreach (BatchEra era in Choices.Of<BatchEra>(Era))
        {
            _status = $"{era}, {_jobs.Count} jobs";
            WriteObject(await Task.Run(() => BatchSimulator.Run(era, deck, options, StopToken), StopToken));
        }
    }
}
