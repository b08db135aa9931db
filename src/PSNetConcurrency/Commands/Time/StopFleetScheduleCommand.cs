using System.Management.Automation;
using PSNetConcurrency.Infrastructure.Fleet;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Stops fleet schedules, with the scripts that they run.</summary>
/// <remarks>
/// <para>When it returns, nothing of them runs any more; runs that were under way are Stopped. What they wrote may still be received with Receive-FleetRun.</para>
/// </remarks>
/// <example>
///   <para>By name.</para>
///   <code>$null = Start-FleetSchedule local { 'work' } -Cron '0 3 * * *' -Name Nightly
/// Stop-FleetSchedule Nightly</code>
/// </example>
/// <example>
///   <para>All.</para>
///   <code>Get-FleetSchedule | Stop-FleetSchedule</code>
/// </example>
/// <inputs>PSNetConcurrency.FleetSchedule: the schedules.</inputs>
/// <outputs>None. With -PassThru PSNetConcurrency.FleetSchedule: the schedules.</outputs>
/// <seealso cref="StartFleetScheduleCommand"/>
/// <seealso cref="GetFleetScheduleCommand"/>
[Cmdlet(VerbsLifecycle.Stop, "FleetSchedule", DefaultParameterSetName = BySchedule, SupportsShouldProcess = true)]
[OutputType(typeof(FleetSchedule))]
public sealed class StopFleetScheduleCommand : FleetScheduleSelectorCommand
{
    /// <summary>Returns the schedules that were stopped.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override async Task ProcessAsync()
    {
        foreach (FleetSchedule schedule in Selected())
        {
            if (ShouldProcess(schedule.ToString(), "Stop fleet schedule"))
            {
                await schedule.StopAsync().WaitAsync(StopToken);
                if (PassThru)
                {
                    WriteObject(schedule);
                }
            }
        }
    }
}
