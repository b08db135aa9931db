using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Shows which process started which, as a tree.</summary>
/// <remarks>
/// <para>Without -ProcessId or -Name, all processes that this user may see. With them, each process and all below it; with -Ancestor those above it, up to the first process; with both switches the whole line. A process comes before its children, and these in the order they were started.</para>
/// <para>A process whose parent has ended belongs to another one from then on, most often the first: no system remembers where it came from. On Windows it keeps the number of the parent that has ended; where a younger process has that number now, it is shown without a parent.</para>
/// <para>The processes are read one after the other, so those that start or end meanwhile may be there or not.</para>
/// </remarks>
/// <example>
///   <para>This PowerShell, with all it comes from and all that it started.</para>
///   <code>Get-ProcessTree $PID -Ancestor -Descendant</code>
/// </example>
/// <example>
///   <para>The processes that have the most children.</para>
///   <code>Get-ProcessTree | Where-Object ChildCount -GT 10 | ForEach-Object { "$($_.Name): $($_.ChildCount)" }</code>
/// </example>
/// <example>
///   <para>Zombies, and who should have asked for their exit codes.</para>
///   <code>Get-ProcessTree | Where-Object IsZombie | ForEach-Object ParentProcessId | Get-ProcessTree -Ancestor</code>
/// </example>
/// <inputs>System.Int32: ids of processes; or objects with a property ProcessId or Id, such as child processes.</inputs>
/// <outputs>PSNetConcurrency.ProcessNode: one for each process, its name behind the lines of the tree in the property Tree.</outputs>
[Cmdlet(VerbsCommon.Get, "ProcessTree", DefaultParameterSetName = All)]
[OutputType(typeof(ProcessNode))]
public sealed class GetProcessTreeCommand : ProcessSelectorCommand
{
    private readonly HashSet<int> _shown = [];
    private IReadOnlyList<ProcessRecord>? _snapshot;
    private ProcessTree? _tree;

    /// <summary>Shows the processes that each one comes from, above it.</summary>
    [Parameter(ParameterSetName = ById)]
    [Parameter(ParameterSetName = ByName)]
    public SwitchParameter Ancestor { get; set; }

    /// <summary>Shows the processes that come from each one, below it. This is the default without -Ancestor.</summary>
    [Parameter(ParameterSetName = ById)]
    [Parameter(ParameterSetName = ByName)]
    public SwitchParameter Descendant { get; set; }

    protected override Task ProcessAsync()
    {
        // One table for the whole pipeline.
        _snapshot ??= ProcessTable.Snapshot();
        _tree ??= new ProcessTree(_snapshot);
        if (ParameterSetName == All)
        {
            WriteObject(_tree.All(), enumerateCollection: true);
            return Task.CompletedTask;
        }
        foreach (ProcessRecord process in Selected(_snapshot))
        {
            // One that stood in the tree of another before is not drawn again.
            if (!_shown.Contains(process.ProcessId))
            {
                foreach (ProcessNode node in _tree.Of(process, Ancestor, Descendant || !Ancestor))
                {
                    _shown.Add(node.ProcessId);
                    WriteObject(node);
                }
            }
        }
        return Task.CompletedTask;
    }
}
