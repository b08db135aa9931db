using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Numerics;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Measure;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Measures whether work of several workers is done at the same moment (parallel), or only in turns (concurrent).</summary>
/// <remarks>
/// <para>-WorkerCount workers do the same work: one after another (Serial), in runspaces of this process, or in processes of their own. The times in which the workers ran are compared, and Verdict tells what was seen:</para>
/// <list type="bullet">
///   <item>Serial: one was finished before the next began.</item>
///   <item>Concurrent: several were under way, and took turns.</item>
///   <item>Parallel: several were carried out at the same moment, for OverlapSeconds in all.</item>
/// </list>
/// <para>The Cpu workload reads the system's monotonic clock without a pause, until it has had -DurationSeconds of it, and makes no work for the garbage collector, whose pauses would stop other workers. Where two readings lie further apart than a tenth of a millisecond it did not have a processor, and that is no part of its span in Gantt; what overlaps no longer than two tenths is not counted. So the spans are what was really computed: on one processor (-ProcessorAffinity 1) those of different workers can't overlap, however many there are. All processes of a machine share that clock.</para>
/// <para>The Io workload waits, as for a disk or a network. Waits overlap on one processor as well as on many. Of a -ScriptBlock only beginning and end are known.</para>
/// <para>Elapsed has the start of the workers in it, which is what makes processes dear for short work; Speedup and Efficiency come from it.</para>
/// </remarks>
/// <example>
///   <para>Two workers that compute, on all processors, and then on the first only.</para>
///   <code>Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.3 -Mode Runspace
/// Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.3 -Mode Runspace -ProcessorAffinity 1</code>
/// </example>
/// <example>
///   <para>Work that waits: one processor is enough for all.</para>
///   <code>Measure-Parallelism -Workload Io -WorkerCount 4 -DurationSeconds 0.3 -Mode Serial, Runspace -ProcessorAffinity 1</code>
/// </example>
/// <example>
///   <para>Work of your own, in processes.</para>
///   <code>Measure-Parallelism -ScriptBlock { (1..10000).ForEach{ $_ * 2 } } -WorkerCount 2 -Mode Process</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.ParallelismResult: one per mode.</outputs>
/// <seealso cref="MeasureJoinStrategyCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "Parallelism")]
[OutputType(typeof(ParallelismResult))]
public sealed class MeasureParallelismCommand : NetCmdlet
{
    // In PowerShell alone each reading of the clock would be garbage, and a fifth of the time the collector's.
    private const string Computing = """
        param($Seconds)
        $work = [PSNetConcurrency.Core.Processes.Measure.ProcessorWork]::new($Seconds)
        while ($work.Continue()) { }
        , $work.Spans()
        """;

    private const string Waiting = """
        param($Seconds)
        $clock = [System.Diagnostics.Stopwatch]
        $begin = $clock::GetTimestamp()
        [System.Threading.Thread]::Sleep([int](1000 * $Seconds))
        , [long[]]($begin, $clock::GetTimestamp())
        """;

    private const string Running = """
        param($Script)
        $clock = [System.Diagnostics.Stopwatch]
        $begin = $clock::GetTimestamp()
        $null = & ([scriptblock]::Create($Script))
        , [long[]]($begin, $clock::GetTimestamp())
        """;

    private string _status = "";

    /// <summary>What each worker does. The default is Cpu; with -ScriptBlock it is that.</summary>
    [Parameter(Position = 0)]
    public ParallelismWorkload Workload { get; set; } = ParallelismWorkload.Cpu;

    /// <summary>The work, instead of a workload by name. <c>$using:name</c> in it is the value that the variable has here and now. What it returns is thrown away.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>How many workers there are.</summary>
    /// <value>the number of processors, and at least 2</value>
    [Parameter]
    [ValidateRange(1, 256)]
    public int WorkerCount { get; set; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How long each worker computes or waits, in seconds. The default is 1.</summary>
    [Parameter]
    [ValidateRange(0.001d, 3600d)]
    public double DurationSeconds { get; set; } = 1;

    /// <summary>In what they run: Serial, Runspace, Process, or All, which is the default.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateSet(nameof(ParallelismMode.Serial), nameof(ParallelismMode.Runspace), nameof(ParallelismMode.Process), Choices.All)]
    public string[] Mode { get; set; } = [Choices.All];

    /// <summary>The processors that the workers may use, one bit each: 1 is the first, 2 the second, 3 both. On Linux and Windows.</summary>
    /// <value>all</value>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? ProcessorAffinity { get; set; }

    protected override bool FailuresTerminate => true;

    protected override ProgressRecord? Progress() => ProgressOf(_status);

    protected override async Task EndAsync()
    {
        if (ScriptBlock is not null)
        {
            Workload = ParallelismWorkload.ScriptBlock;
        }
        else if (Workload == ParallelismWorkload.ScriptBlock)
        {
            throw new NetException(NetError.InvalidArgument, "-Workload ScriptBlock needs the work to do: give it with -ScriptBlock.", Workload);
        }
        foreach (ParallelismMode mode in Choices.Of<ParallelismMode>(Mode))
        {
            _status = $"{mode}, {WorkerCount} workers";
            long began = Stopwatch.GetTimestamp();
            WorkerTrace[] traces = await TraceAsync(mode);
            WriteObject(Overlap.Explain(mode, Workload, Processors(), Stopwatch.GetElapsedTime(began), began, traces));
        }
    }

    private int Processors() => ProcessorAffinity is long mask
        ? Math.Clamp(BitOperations.PopCount((ulong)mask), 1, Environment.ProcessorCount)
        : Environment.ProcessorCount;

    private async Task<WorkerTrace[]> TraceAsync(ParallelismMode mode)
    {
        Hashtable variables = new(StringComparer.OrdinalIgnoreCase);
        (string script, object argument) = Workload switch
        {
            ParallelismWorkload.Cpu => (Computing, (object)DurationSeconds),
            ParallelismWorkload.Io => (Waiting, DurationSeconds),
            _ => (Running, ScriptPlan.Resolve(ScriptBlock!, variables, this)),
        };
        // One failure ends the others: none goes on in the background.
        using CancellationTokenSource all = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        Task<long[]>[] tasks = new Task<long[]>[WorkerCount];
        try
        {
            for (int i = 0; i < WorkerCount; i++)
            {
                tasks[i] = mode == ParallelismMode.Process ? ProcessAsync(script, argument, variables, i, all.Token) : RunspaceAsync(script, argument, variables, all.Token);
                if (mode == ParallelismMode.Serial)
                {
                    await tasks[i];
                }
            }
            long[][] spans = await Task.WhenAll(tasks);
            return spans.Select((s, i) => new WorkerTrace(NameOf(i), s)).ToArray();
        }
        finally
        {
            all.Cancel();
            await ((Task)Task.WhenAll(tasks.Where(t => t is not null))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private string Location => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    private static string NameOf(int worker) => $"Worker{worker + 1}";

    private async Task<long[]> RunspaceAsync(string script, object argument, Hashtable variables, CancellationToken stop)
    {
        try
        {
            return SpansOf(await RunspaceWorker.RunAsync(script, [argument], Location, variables, ProcessorAffinity, stop));
        }
        catch (RuntimeException e)
        {
            throw new NetException(NetError.ScriptFailed, $"The script block ended with an error: {e.Message}", ScriptBlock, e);
        }
    }

    private async Task<long[]> ProcessAsync(string script, object argument, Hashtable variables, int worker, CancellationToken stop)
    {
        ScriptJob job = new() { Kind = ChildProcessKind.ScriptBlock, Script = script, Arguments = [argument], Variables = variables };
        return SpansOf(await ScriptCall.InvokeAsync(job, new ScriptChildOptions { Name = NameOf(worker), WorkingDirectory = Location, ProcessorAffinity = ProcessorAffinity }, stop));
    }

    private static long[] SpansOf(IEnumerable<object?> output) =>
        output.Select(o => LanguagePrimitives.ConvertTo<long[]>(o)).Single();
}
