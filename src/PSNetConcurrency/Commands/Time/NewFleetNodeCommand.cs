using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Fleet;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Describes a node of a fleet, for Start-FleetSchedule: a process here, one behind a launcher, or a PSSession.</summary>
/// <remarks>
/// <para>Start-FleetSchedule also takes words: a host that ssh reaches, <c>local</c>, or <c>local:00:30:00</c> for a process whose clock is half an hour ahead; and PSSessions. This is for all else: other launchers, names, another pwsh.</para>
/// <para>Nothing is started or reached by this.</para>
/// </remarks>
/// <example>
///   <para>Nodes behind launchers.</para>
///   <code>New-FleetNode web1 -Via ssh,-p,2222,admin@web1
/// New-FleetNode web2 -Via docker,exec,-i,web</code>
/// </example>
/// <example>
///   <para>For a trial: three processes of this machine, whose clocks are wrong.</para>
///   <code>$i = 0
/// '00:00:00', '00:59:00', '-00:00:02.5' | ForEach-Object { New-FleetNode "node$(($i++))" -ClockOffset $_ }</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.FleetNode: the node.</outputs>
/// <seealso cref="StartFleetScheduleCommand"/>
[Cmdlet(VerbsCommon.New, "FleetNode", DefaultParameterSetName = ByLauncher)]
[OutputType(typeof(FleetNode))]
public sealed class NewFleetNodeCommand : NetCmdlet
{
    private const string ByLauncher = "Via", BySession = "Session";

    /// <summary>The node's name, by which results tell of it.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>A launcher, word by word, such as ssh,host1 or docker,exec,-i,web. Behind it PowerShell 7.4 or later is needed, and nothing of this module. Without it the node is a process of this machine.</summary>
    [Parameter(ParameterSetName = ByLauncher)]
    [ValidateNotNullOrEmpty]
    public string[] Via { get; set; } = [];

    /// <summary>The PowerShell to start. The default is the one that runs here; with -Via, the name it has on the other side, by default pwsh.</summary>
    [Parameter(ParameterSetName = ByLauncher)]
    [ValidateNotNullOrEmpty]
    public string? PowerShellPath { get; set; }

    /// <summary>A session of New-PSSession, to PowerShell 7.4 or later. While the schedule fires nothing else can use the session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BySession)]
    [ValidateNotNull]
    public PSSession? Session { get; set; }

    /// <summary>For trials: so far the node's clock is ahead of what its machine has; below 0 it is behind. A TimeSpan, a number of seconds, or a word such as 250ms.</summary>
    [Parameter]
    [DurationTransform]
    public TimeSpan ClockOffset { get; set; }

    protected override bool FailuresTerminate => true;

    protected override Task EndAsync()
    {
        WriteObject(new FleetNode
        {
            Name = Name,
            Via = Via,
            Session = Session,
            PowerShellPath = PowerShellPath is { } path && Via.Length == 0 ? ChildProcessPlan.PathOrName(this, path) : PowerShellPath,
            ClockOffset = ClockOffset,
        });
        return Task.CompletedTask;
    }
}
