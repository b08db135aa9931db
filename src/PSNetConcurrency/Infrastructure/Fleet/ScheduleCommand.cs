using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Infrastructure.Fleet;

/// <summary>The base of the cmdlets that take a schedule: a cron or calendar expression, instants, or an interval.</summary>
public abstract class ScheduleCommand : NetCmdlet
{
    internal const string ByCron = "Cron", ByCalendar = "OnCalendar", ByInstant = "At", ByInterval = "Every";

    /// <summary>A cron expression: minute, hour, day, month and weekday; six fields begin with the second. Names, lists, ranges, steps, L, W and # are understood, and macros such as @daily.</summary>
    /// <remarks>Where both the day and the weekday are given, both must match, unlike in crontab files: <c>0 0 13 * 5</c> is Friday the 13th. Where clocks are set forward, a fixed time that is left out happens right after; where they are set back, it happens once, and intervals go on. A day that a zone leaves out, as Pacific/Apia did 30 December 2011, is not made up for.</remarks>
    [Parameter(Mandatory = true, ParameterSetName = ByCron, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public virtual string Cron { get; set; } = "";

    /// <summary>A calendar expression of systemd: [weekdays] [date] [time] [zone], such as <c>Mon..Fri *-*-* 10:00:00</c>, <c>*-*~1</c> (each month's last day), <c>*:0/15</c>, <c>hourly</c>.</summary>
    /// <remarks>It is read as systemd.time(7) tells. As there, a time that clocks jump over does not happen, and one that they show twice happens the first time.</remarks>
    [Parameter(Mandatory = true, ParameterSetName = ByCalendar, ValueFromPipelineByPropertyName = true)]
    [Alias("Calendar")]
    [ValidateNotNullOrEmpty]
    public string OnCalendar { get; set; } = "";

    /// <summary>Instants. A time without a zone is this machine's.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInstant)]
    [ValidateNotNullOrEmpty]
    public DateTimeOffset[] At { get; set; } = [];

    /// <summary>An interval: a TimeSpan, a number of seconds, or a word such as 15min. It runs by elapsed time, which daylight saving does not touch; the first time is when it has passed once.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInterval)]
    [DurationTransform]
    public TimeSpan Every { get; set; }

    /// <summary>The time zone that -Cron and -OnCalendar mean, and that times are shown in: a name of the tz database, or UTC. A calendar expression that names one has that.</summary>
    /// <value>This machine's.</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public string? TimeZone { get; set; }

    protected override bool FailuresTerminate => true;

    /// <summary>What the parameters say; an interval begins at <paramref name="anchor"/>.</summary>
    /// <exception cref="NetException">InvalidSchedule, TimeZoneNotFound.</exception>
    internal Schedule Schedule(DateTimeOffset anchor)
    {
        TimeZoneInfo zone = TimeZone is { } name ? ScheduleZone.Find(name) : TimeZoneInfo.Local;
        return ParameterSetName switch
        {
            ByCalendar => new CalendarSchedule(OnCalendar, zone),
            ByInstant => new FixedSchedule(At, zone),
            ByInterval => new IntervalSchedule(Every, anchor, zone),
            _ => new CronSchedule(Cron, zone),
        };
    }
}
