using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>The base of the cmdlets that look at processes of this machine, chosen by id or name.</summary>
public abstract class ProcessSelectorCommand : NetCmdlet
{
    internal const string ById = "Id", ByName = "Name", All = "All";

    /// <summary>The system's ids of the processes. Objects with a property ProcessId (child processes, nodes of a tree) or Id (System.Diagnostics.Process) bind by it.</summary>
    // ChildProcess has an Id as well, its number in the session: the name comes before its aliases when an object is bound.
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ById)]
    [ArgumentCompleter(typeof(ProcessIdCompleter))]
    [Alias("Id", "PID")]
    public int[] ProcessId { get; set; } = [];

    /// <summary>The names of the programs. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProcessNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The processes chosen, each once; one error for each id or name that there is none of.</summary>
    internal IReadOnlyList<ProcessRecord> Selected(IReadOnlyList<ProcessRecord>? snapshot = null)
    {
        Dictionary<int, ProcessRecord> found = [];
        if (ParameterSetName == ById)
        {
            foreach (int id in ProcessId)
            {
                if ((snapshot is null ? ProcessTable.Find(id) : snapshot.FirstOrDefault(p => p.ProcessId == id)) is { } process)
                {
                    found[id] = process;
                }
                else
                {
                    ReportFailure(new NetException(NetError.ProcessNotFound, $"There is no process with the id {id}. It may have ended; Get-ProcessTree lists those there are.", id));
                }
            }
            return [.. found.Values];
        }
        snapshot ??= ProcessTable.Snapshot();
        if (ParameterSetName != ByName)
        {
            return snapshot;
        }
        foreach (string name in Name)
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            ProcessRecord[] named = [.. snapshot.Where(p => pattern.IsMatch(p.Name))];
            if (named.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                ReportFailure(new NetException(NetError.ProcessNotFound, $"No process is named '{name}'. Get-ProcessTree lists those there are.", name));
            }
            foreach (ProcessRecord process in named)
            {
                found[process.ProcessId] = process;
            }
        }
        return [.. found.Values];
    }
}
