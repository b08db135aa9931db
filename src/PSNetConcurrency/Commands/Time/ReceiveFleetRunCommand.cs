using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Infrastructure.Fleet;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Receives the results of fleet schedules: one for each firing on each node.</summary>
/// <remarks>
/// <para>Each result is received once. A schedule keeps the last 1,000 that nobody received; how many were lost is in its Dropped.</para>
/// </remarks>
/// <example>
///   <para>All results, as they come.</para>
///   <code>$schedule = Start-FleetSchedule local { 'tick' } -Every 2 -Count 2
/// $schedule | Receive-FleetRun -Wait | ForEach-Object { "$($_.Node): $($_.Output)" }</code>
/// </example>
/// <example>
///   <para>What is there now, and stays there.</para>
///   <code>Get-FleetSchedule | Receive-FleetRun -Keep</code>
/// </example>
/// <inputs>PSNetConcurrency.FleetSchedule: the schedules.</inputs>
/// <outputs>PSNetConcurrency.FleetRun: the results.</outputs>
/// <seealso cref="StartFleetScheduleCommand"/>
/// <seealso cref="GetFleetScheduleCommand"/>
[Cmdlet(VerbsCommunications.Receive, "FleetRun", DefaultParameterSetName = BySchedule)]
[OutputType(typeof(FleetRun))]
public sealed class ReceiveFleetRunCommand : FleetScheduleSelectorCommand
{
    private FleetSchedule? _waitedFor;

    /// <summary>Goes on as results come, until the schedule has ended. Ctrl+C ends the waiting, and not the schedule.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Leaves the results there.</summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }

    protected override ProgressRecord? Progress() => _waitedFor is null ? null : ProgressOf(string.Create(CultureInfo.InvariantCulture, $"{_waitedFor.Name} fires at {_waitedFor.NextOccurrence:yyyy-MM-dd HH:mm:ss zzz}"));

    protected override async Task ProcessAsync()
    {
        foreach (FleetSchedule schedule in Selected())
        {
            if (Keep)
            {
                if (Wait)
                {
                    _waitedFor = schedule;
                    await schedule.Completion.WaitAsync(StopToken);
                }
                WriteObject(schedule.Run, enumerateCollection: true);
                continue;
            }
            do
            {
                while (schedule.Log.TryTake(out FleetRun? run))
                {
                    WriteObject(run);
                }
                _waitedFor = schedule;
            }
            while (Wait && await schedule.Log.WaitAsync(StopToken));
        }
    }
}
