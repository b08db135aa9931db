using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>The base of the cmdlets that work on child processes: chosen by object, id or name.</summary>
public abstract class ChildProcessSelectorCommand : NetCmdlet
{
    internal const string ByChild = "ChildProcess", ById = "Id", ByName = "Name";

    /// <summary>The child processes, as Start-ChildProcess and Get-ChildProcess return them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByChild)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PositionCompleter<ChildProcessNameCompleter>))]
    [Alias("InputObject")]
    public ChildProcess[] ChildProcess { get; set; } = [];

    /// <summary>The ids of the children: their numbers in this session, not the system's numbers of processes.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ArgumentCompleter(typeof(ChildProcessIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the children. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChildProcessNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>The children chosen; one error for each id or name that there is none of.</summary>
    internal IEnumerable<ChildProcess> Selected() => ParameterSetName switch
    {
        ByChild => ChildProcess,
        ById => ChildProcesses.Select(Id, null, e => ReportFailure(e)),
        _ => ChildProcesses.Select(null, Name, e => ReportFailure(e)),
    };
}
