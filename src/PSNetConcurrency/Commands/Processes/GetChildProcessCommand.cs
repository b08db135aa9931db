using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Gets the child processes of this session: those that run, and those that have ended and were not removed.</summary>
/// <remarks>
/// <para>Without parameters all children that were started in this session are returned, oldest first. What the objects tell is live: State, ExitCode and the rest may be read again at any time.</para>
/// <para>A child that has ended stays until Remove-ChildProcess, or Receive-ChildProcess -AutoRemove, takes it off the list. Of those that ended well and have nothing more to receive the last 1024 are kept.</para>
/// </remarks>
/// <example>
///   <para>Starts two programs, waits for them and lists them.</para>
///   <code>$null = Start-ChildProcess -FilePath dotnet -ArgumentList '--version' -Name Version
/// $null = Start-ChildProcess -FilePath dotnet -ArgumentList '--list-runtimes' -Name Runtimes
/// $null = Wait-ChildProcess
/// Get-ChildProcess
/// Get-ChildProcess | Remove-ChildProcess</code>
/// </example>
/// <example>
///   <para>Those that failed, and why.</para>
///   <code>$null = Start-ChildProcess -FilePath dotnet -ArgumentList 'no-such-command' | Wait-ChildProcess
/// Get-ChildProcess -State Failed | ForEach-Object { "$($_.Name): $($_.Failure.Message)" }
/// Get-ChildProcess | Remove-ChildProcess</code>
/// </example>
/// <outputs>PSNetConcurrency.ChildProcess: the children.</outputs>
/// <seealso cref="StartChildProcessCommand"/>
/// <seealso cref="RemoveChildProcessCommand"/>
[Cmdlet(VerbsCommon.Get, "ChildProcess", DefaultParameterSetName = ChildProcessSelectorCommand.ByName)]
[OutputType(typeof(ChildProcess))]
public sealed class GetChildProcessCommand : NetCmdlet
{
    /// <summary>The ids of the children: their numbers in this session.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ChildProcessSelectorCommand.ById, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ChildProcessIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the children. Wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = ChildProcessSelectorCommand.ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChildProcessNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only children in one of these states.</summary>
    [Parameter]
    public ChildProcessState[] State { get; set; } = [];

    /// <summary>Only children of one of these kinds.</summary>
    [Parameter]
    public ChildProcessKind[] Kind { get; set; } = [];

    /// <summary>Only children with output that waits to be received; with -HasMoreData:$false only those without.</summary>
    [Parameter]
    public SwitchParameter HasMoreData { get; set; }

    protected override Task ProcessAsync()
    {
        bool byId = ParameterSetName == ChildProcessSelectorCommand.ById;
        bool byData = MyInvocation.BoundParameters.ContainsKey(nameof(HasMoreData));
        WriteObject(ChildProcesses.Select(byId ? Id : null, byId ? null : Name, e => ReportFailure(e))
            .Where(c => (State.Length == 0 || State.Contains(c.State)) && (Kind.Length == 0 || Kind.Contains(c.Kind)) && (!byData || c.HasMoreData == HasMoreData)), enumerateCollection: true);
        return Task.CompletedTask;
    }
}
