using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Measures what it takes to start and join processes one after another, all at once, as they end, or in a pool.</summary>
/// <remarks>
/// <para>Each -ScriptBlock, or each number of -DurationSeconds as a wait so long, is a process of its own. The same processes are run once with each -Strategy:</para>
/// <list type="bullet">
///   <item>Serial joins each before the next starts, as a loop of start and join does: Elapsed is the sum of all.</item>
///   <item>Parallel starts all, then joins them in the order of their starts: Elapsed is the longest.</item>
///   <item>AsCompleted starts all and joins each when it ends. It takes as long, and Order shows that the quickest are dealt with first.</item>
///   <item>Pool lets -PoolSize of them run at once; the next starts when one ends.</item>
/// </list>
/// <para>SumOfWork adds up what each process took, its start included, and CriticalPath is the longest of them. Where they compute, processes that run at once share the processors, and each takes longer than it would alone.</para>
/// <para>What the script blocks return is thrown away; an error that ends one of them is reported.</para>
/// </remarks>
/// <example>
///   <para>Three processes of a second: one after another 3 seconds and their starts, together little more than one.</para>
///   <code>Measure-JoinStrategy -DurationSeconds 1, 1, 1 -Strategy Serial, Parallel</code>
/// </example>
/// <example>
///   <para>The order of the joins.</para>
///   <code>$result = Measure-JoinStrategy -DurationSeconds 0.6, 0.1, 0.3 -Strategy AsCompleted
/// $result.Order
/// $result.Gantt</code>
/// </example>
/// <inputs>System.Object: script blocks, or numbers of seconds.</inputs>
/// <outputs>PSNetConcurrency.JoinResult: one per strategy.</outputs>
/// <seealso cref="MeasureParallelismCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "JoinStrategy", DefaultParameterSetName = DurationSet)]
[OutputType(typeof(JoinResult))]
public sealed class MeasureJoinStrategyCommand : NetCmdlet
{
    private const string DurationSet = "Duration", ScriptSet = "ScriptBlock";
    private const string Wait = "param($Seconds) [System.Threading.Thread]::Sleep([int](1000 * $Seconds))";

    private readonly List<(string Name, ScriptJob Job)> _jobs = [];
    private string _status = "";

    /// <summary>The work: each block is a process.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ScriptSet)]
    [ValidateNotNullOrEmpty]
    public ScriptBlock[] ScriptBlock { get; set; } = [];

    /// <summary>Work that waits for so many seconds; each number is a process.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = DurationSet)]
    [ValidateNotNullOrEmpty]
    [ValidateRange(0d, 3600d)]
    public double[] DurationSeconds { get; set; } = [];

    /// <summary>The strategies to measure, in this order: Serial, Parallel, AsCompleted, Pool or All, which is the default.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateSet(nameof(JoinStrategy.Serial), nameof(JoinStrategy.Parallel), nameof(JoinStrategy.AsCompleted), nameof(JoinStrategy.Pool), Choices.All)]
    public string[] Strategy { get; set; } = [Choices.All];

    /// <summary>How many processes the Pool lets run at once.</summary>
    /// <value>the number of processors</value>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int PoolSize { get; set; } = Environment.ProcessorCount;

    protected override ProgressRecord? Progress() => ProgressOf(_status);

    protected override Task ProcessAsync()
    {
        if (ParameterSetName == ScriptSet)
        {
            foreach (ScriptBlock block in ScriptBlock)
            {
                Add(JobOf(block));
            }
        }
        else
        {
            foreach (double seconds in DurationSeconds)
            {
                Add(new ScriptJob { Kind = ChildProcessKind.ScriptBlock, Script = Wait, Arguments = [seconds] });
            }
        }
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        foreach (JoinStrategy strategy in Choices.Of<JoinStrategy>(Strategy))
        {
            _status = $"{strategy}, {_jobs.Count} processes";
            Func<ChildProcess>[] starts = _jobs.Select(j => (Func<ChildProcess>)(() => ScriptChild.Start(j.Job, new ScriptChildOptions { Name = j.Name, WorkingDirectory = SessionState.Path.CurrentFileSystemLocation.ProviderPath }))).ToArray();
            (JoinResult result, IReadOnlyList<ChildProcess> children) = await JoinMeasurement.RunAsync(strategy, starts, PoolSize, StopToken);
            foreach (ChildProcess child in children.Where(c => c.Failure is not null))
            {
                ReportFailure(child.Failure!, child.Name);
            }
            WriteObject(result);
        }
    }

    private ScriptJob JobOf(ScriptBlock block)
    {
        Hashtable variables = new(StringComparer.OrdinalIgnoreCase);
        return new ScriptJob { Kind = ChildProcessKind.ScriptBlock, Script = ScriptPlan.Resolve(block, variables, this), Variables = variables };
    }

    private void Add(ScriptJob job) => _jobs.Add((string.Create(CultureInfo.InvariantCulture, $"P{_jobs.Count + 1}"), job));
}
