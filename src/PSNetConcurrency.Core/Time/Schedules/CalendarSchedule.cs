using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// A calendar expression of systemd (systemd.time(7)): Mon..Fri *-*-* 10:00:00. As there, a time that clocks jump over does not
/// happen, and one that they show twice happens once, the first time.
/// </summary>
internal sealed class CalendarSchedule : Schedule
{
    private readonly CalendarExpression _calendar;

    /// <exception cref="NetException"><see cref="NetError.InvalidSchedule"/></exception>
    public CalendarSchedule(string expression, TimeZoneInfo zone) : this(expression, CalendarParser.Parse(expression), zone)
    {
    }

    private CalendarSchedule(string expression, CalendarExpression calendar, TimeZoneInfo zone) : base(expression, calendar.Zone ?? zone) => _calendar = calendar;

    /// <summary>Whether the expression itself names its zone.</summary>
    public bool NamesZone => _calendar.Zone is not null;

    private protected override DateTimeOffset? Find(DateTimeOffset after)
    {
        if (after.UtcDateTime.Year > CalendarExpression.LastYear)
        {
            return null;
        }
        DateTime from = Later(TimeZoneInfo.ConvertTime(after, Zone).DateTime);
        while (_calendar.NextLocal(from) is { } local)
        {
            if (ScheduleZone.ToUtc(Zone, local, out DateTime gapEnd) is not { } utc)
            {
                from = gapEnd;
            }
            else if (utc > after.UtcDateTime)
            {
                return new DateTimeOffset(utc);
            }
            else
            {
                from = Later(local);
            }
        }
        return null;
    }

    // The next microsecond: seconds have no finer parts.
    private static DateTime Later(DateTime local) => new((local.Ticks - (local.Ticks % TimeSpan.TicksPerMicrosecond)) + TimeSpan.TicksPerMicrosecond);
}
