using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Ends pools of child processes: the processes that wait are gone when it returns.</summary>
/// <remarks>
/// <para>Children that run in a process of the pool go on; they are children like all others.</para>
/// </remarks>
/// <example>
///   <para>By name.</para>
///   <code>$null = New-ChildProcessPool -Name Work -Size 1
/// Remove-ChildProcessPool Work</code>
/// </example>
/// <example>
///   <para>All.</para>
///   <code>$null = New-ChildProcessPool -Size 1
/// Get-ChildProcessPool | Remove-ChildProcessPool</code>
/// </example>
/// <inputs>PSNetConcurrency.ChildProcessPool: the pools.</inputs>
/// <outputs>None.</outputs>
/// <seealso cref="NewChildProcessPoolCommand"/>
/// <seealso cref="GetChildProcessPoolCommand"/>
[Cmdlet(VerbsCommon.Remove, "ChildProcessPool", DefaultParameterSetName = ByPool, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveChildProcessPoolCommand : NetCmdlet
{
    private const string ByPool = "Pool";

    /// <summary>The pools, as New-ChildProcessPool and Get-ChildProcessPool return them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByPool)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PositionCompleter<ChildProcessPoolNameCompleter>))]
    [Alias("InputObject")]
    public ChildProcessPool[] Pool { get; set; } = [];

    /// <summary>The ids of the pools: their numbers in this session.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ChildProcessSelectorCommand.ById)]
    [ArgumentCompleter(typeof(ChildProcessPoolIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the pools. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ChildProcessSelectorCommand.ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChildProcessPoolNameCompleter))]
    public string[] Name { get; set; } = [];

    protected override async Task ProcessAsync()
    {
        IEnumerable<ChildProcessPool> chosen = ParameterSetName switch
        {
            ByPool => Pool,
            ChildProcessSelectorCommand.ById => ChildProcessPools.Select(Id, null, e => ReportFailure(e)),
            _ => ChildProcessPools.Select(null, Name, e => ReportFailure(e)),
        };
        foreach (ChildProcessPool pool in chosen.ToArray())
        {
            if (ShouldProcess(pool.ToString(), "Remove child process pool"))
            {
                HandleRegistry.Remove(pool);
                await pool.CloseAsync().WaitAsync(StopToken);
            }
        }
    }
}
