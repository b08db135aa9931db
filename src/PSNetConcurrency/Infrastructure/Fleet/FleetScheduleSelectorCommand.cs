using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Fleet;

/// <summary>The base of the cmdlets that work on fleets' schedules: chosen by object, id or name.</summary>
public abstract class FleetScheduleSelectorCommand : NetCmdlet
{
    internal const string BySchedule = "Schedule", ById = "Id", ByName = "Name";

    /// <summary>The schedules, as Start-FleetSchedule and Get-FleetSchedule return them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = BySchedule)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PositionCompleter<FleetScheduleNameCompleter>))]
    [Alias("InputObject")]
    public FleetSchedule[] Schedule { get; set; } = [];

    /// <summary>The ids of the schedules: their numbers in this session.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ArgumentCompleter(typeof(FleetScheduleIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the schedules. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FleetScheduleNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The schedules chosen; one error for each id or name that there is none of.</summary>
    internal FleetSchedule[] Selected() => ParameterSetName switch
    {
        BySchedule => Schedule,
        ById => [.. Select(Id, null, e => ReportFailure(e))],
        _ => [.. Select(null, Name, e => ReportFailure(e))],
    };

    internal static IEnumerable<FleetSchedule> Select(int[]? ids, string[]? names, Action<NetException> notFound) =>
        HandleSelector.Select(HandleRegistry.Get<FleetSchedule>(), ids, names, s => s.Id, s => s.Name, "fleet schedule", "Get-FleetSchedule", notFound);
}
