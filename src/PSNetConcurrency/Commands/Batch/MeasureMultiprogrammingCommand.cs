using System.Management.Automation;
using PSNetConcurrency.Core.Scheduling.Batch;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Batch;

/// <summary>Tells how busy a processor is with several processes in memory: by the formula 1 - p^n, by a queue, and by simulation.</summary>
/// <remarks>
/// <para>A process that waits for input and output for a share p of its time leaves the processor idle so long. With n of them in memory it idles only while all wait: with the probability p^n, if each waits when it does whatever the others do. FormulaUtilization is 1 - p^n.</para>
/// <para>That assumption is not quite true. The processes share one processor: where two are ready, one waits for it, and so begins its input or output later. Then fewer wait for devices at once than the formula assumes, and the processor is busier, never less: with p = 0.8 and 2 processes 38.5 % rather than 36 %. Each process is slower for it. QueueUtilization is what queueing theory gives for one processor and a device for each process, with exponential bursts (the machine repair model).</para>
/// <para>-Simulate runs just that, burst by burst: computing takes 1 - p on average and input or output p, both exponentially distributed; the processor serves first come, first served; every process has a device of its own. SimulatedUtilization comes close to QueueUtilization, the closer the more bursts. With fewer devices than processes, the processor would be less busy than all three numbers say.</para>
/// </remarks>
/// <example>
///   <para>Processes that wait for 80 % of their time: how many it takes to keep the processor busy.</para>
///   <code>Measure-Multiprogramming -IoFraction 0.8 -Degree 1, 2, 4, 10</code>
/// </example>
/// <example>
///   <para>The formula and a simulation side by side. The seed repeats it.</para>
///   <code>Measure-Multiprogramming 0.8 (1..5) -Simulate -Seed 1</code>
///   <para>The simulated processor is busier than the formula says, except with one process.</para>
/// </example>
/// <example>
///   <para>The least number of processes for a processor that is busy for 90 % of the time, by how much they wait.</para>
///   <code>0.2, 0.5, 0.8 | ForEach-Object { (Measure-Multiprogramming $_ (1..20)).Where({ $_.FormulaUtilization -ge 0.9 }, 'First') }</code>
/// </example>
/// <inputs>System.Double: shares of time that a process waits for input and output.</inputs>
/// <outputs>PSNetConcurrency.MultiprogrammingResult: one for each degree.</outputs>
/// <seealso cref="InvokeBatchSimulationCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "Multiprogramming")]
[OutputType(typeof(MultiprogrammingResult))]
public sealed class MeasureMultiprogrammingCommand : NetCmdlet
{
    private string _status = "";

    /// <summary>The share of its time that a process alone in memory waits for input and output, 0 to 1. The default is 0.8.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateRange(0d, 1d)]
    public double IoFraction { get; set; } = 0.8;

    /// <summary>The numbers of processes in memory, each 1 to 10,000. The default is 1 to 10.</summary>
    /// <value>1..10</value>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, 10_000)]
    public int[] Degree { get; set; } = [.. Enumerable.Range(1, 10)];

    /// <summary>Also simulates.</summary>
    [Parameter]
    public SwitchParameter Simulate { get; set; }

    /// <summary>Repeats a simulation, on every system. The results have the Seed, also where the cmdlet chose it.</summary>
    /// <value>a random number</value>
    [Parameter]
    public long? Seed { get; set; }

    /// <summary>How many bursts of computing are simulated for each degree, after a tenth as many that are not counted. The default is 100,000.</summary>
    [Parameter]
    [ValidateRange(10, 1_000_000_000)]
    public int BurstCount { get; set; } = 100_000;

    protected override ProgressRecord? Progress() => ProgressOf(_status);

    protected override Task BeginAsync()
    {
        Seed ??= Random.Shared.Next();
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        foreach (int degree in Degree)
        {
            _status = $"{degree} processes";
            WriteObject(new MultiprogrammingResult
            {
                IoFraction = IoFraction,
                Degree = degree,
                FormulaUtilization = MultiprogrammingModel.Formula(IoFraction, degree),
                QueueUtilization = MultiprogrammingModel.Queue(IoFraction, degree),
                SimulatedUtilization = Simulate ? await Task.Run(() => MultiprogrammingModel.Simulate(IoFraction, degree, Seed!.Value, BurstCount, StopToken), StopToken) : null,
                Seed = Simulate ? Seed : null,
            });
        }
    }
}
