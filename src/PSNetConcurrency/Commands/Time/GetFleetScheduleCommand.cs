using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Fleet;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Gets the fleet schedules of this session.</summary>
/// <remarks>
/// <para>What the objects tell is live: State, NextOccurrence, RunCount and Run may be read again at any time. Run has the results that wait to be received.</para>
/// </remarks>
/// <example>
///   <para>All schedules, and what they do next.</para>
///   <code>$null = Start-FleetSchedule local { 'work' } -Cron '0 3 * * *' -Name Nightly
/// Get-FleetSchedule
/// (Get-FleetSchedule Night*).NextOccurrence
/// Stop-FleetSchedule Nightly</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.FleetSchedule: the schedules.</outputs>
/// <seealso cref="StartFleetScheduleCommand"/>
/// <seealso cref="ReceiveFleetRunCommand"/>
[Cmdlet(VerbsCommon.Get, "FleetSchedule", DefaultParameterSetName = FleetScheduleSelectorCommand.ByName)]
[OutputType(typeof(FleetSchedule))]
public sealed class GetFleetScheduleCommand : NetCmdlet
{
    /// <summary>The ids of the schedules: their numbers in this session.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = FleetScheduleSelectorCommand.ById, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FleetScheduleIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the schedules. Wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = FleetScheduleSelectorCommand.ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FleetScheduleNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    protected override Task ProcessAsync()
    {
        bool byId = ParameterSetName == FleetScheduleSelectorCommand.ById;
        WriteObject(FleetScheduleSelectorCommand.Select(byId ? Id : null, byId ? null : Name, e => ReportFailure(e)), enumerateCollection: true);
        return Task.CompletedTask;
    }
}
