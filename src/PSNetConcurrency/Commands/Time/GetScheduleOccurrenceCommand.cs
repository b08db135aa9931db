using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure.Fleet;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Tells when a schedule occurs: the next times of a cron or calendar expression, or of an interval.</summary>
/// <remarks>
/// <para>What Start-FleetSchedule would fire at, without firing. The first time is after -From, never at it.</para>
/// <para>Cron expressions are read by the library Cronos; calendar expressions as systemd-analyze calendar reads them. Both follow the time zone through daylight saving, each in its way, which is told at the parameters.</para>
/// <para>A schedule that has no occurrence any more, or never had one such as 30 February, is the error ScheduleNeverElapses. One that has fewer than -Count gives those; cron and calendar expressions end with the year 2199.</para>
/// </remarks>
/// <example>
///   <para>The next three mornings of weekdays, in Berlin.</para>
///   <code>Get-ScheduleOccurrence '30 7 * * MON-FRI' -TimeZone Europe/Berlin -Count 3</code>
/// </example>
/// <example>
///   <para>The last Monday in May of five years, as systemd writes it.</para>
///   <code>Get-ScheduleOccurrence -OnCalendar 'Mon *-05~07/1 10:00' -Count 5</code>
/// </example>
/// <example>
///   <para>What daylight saving does to a night's work: 02:30 is left out on 29 March 2026.</para>
///   <code>Get-ScheduleOccurrence '30 2 * * *' -From 2026-03-28T12:00Z -TimeZone Europe/Berlin -Count 2
/// Get-ScheduleOccurrence -OnCalendar '*-*-* 02:30' -From 2026-03-28T12:00Z -TimeZone Europe/Berlin -Count 2</code>
///   <para>Cron makes up for it at 03:00, systemd goes on to the next day.</para>
/// </example>
/// <inputs>System.String: cron expressions.</inputs>
/// <outputs>System.DateTimeOffset: the times, in the time zone of the schedule.</outputs>
/// <seealso cref="StartFleetScheduleCommand"/>
/// <seealso cref="ExportFleetScheduleCommand"/>
/// <seealso href="https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html">systemd.time(7)</seealso>
[Cmdlet(VerbsCommon.Get, "ScheduleOccurrence", DefaultParameterSetName = ByCron)]
[OutputType(typeof(DateTimeOffset))]
public sealed class GetScheduleOccurrenceCommand : ScheduleCommand
{
    /// <summary>A cron expression: minute, hour, day, month and weekday; six fields begin with the second. Names, lists, ranges, steps, L, W and # are understood, and macros such as @daily.</summary>
    /// <remarks>Where both the day and the weekday are given, both must match, unlike in crontab files: <c>0 0 13 * 5</c> is Friday the 13th. Where clocks are set forward, a fixed time that is left out happens right after; where they are set back, it happens once, and intervals go on. A day that a zone leaves out, as Pacific/Apia did 30 December 2011, is not made up for.</remarks>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByCron, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public override string Cron { get; set; } = "";

    /// <summary>The instant after which to look; an interval begins there.</summary>
    /// <value>Now.</value>
    [Parameter]
    public DateTimeOffset From { get; set; } = DateTimeOffset.Now;

    /// <summary>How many times to tell.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    // One expression of several that can't be read is one error.
    protected override bool FailuresTerminate => !MyInvocation.ExpectingInput;

    protected override Task ProcessAsync()
    {
        Schedule schedule = Schedule(From);
        DateTimeOffset next = schedule.First(From);
        Write(next);
        foreach (DateTimeOffset time in schedule.After(next).Take(Count - 1))
        {
            StopToken.ThrowIfCancellationRequested();
            Write(time);
        }
        return Task.CompletedTask;
    }

    // PowerShell has no view of its own for these, and would write every property.
    private void Write(DateTimeOffset occurrence)
    {
        PSObject named = new(occurrence);
        named.TypeNames.Insert(0, "PSNetConcurrency.ScheduleOccurrence");
        WriteObject(named);
    }
}
