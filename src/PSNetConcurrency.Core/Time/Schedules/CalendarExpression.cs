namespace PSNetConcurrency.Core.Time;

/// <summary>What a calendar expression says, and the local times that match it.</summary>
internal sealed record CalendarExpression
{
    public const int FirstYear = 1970, LastYear = 2199, MicrosPerSecond = 1_000_000;

    /// <summary>The weekdays allowed, one bit each, 1 for Sunday as <see cref="DayOfWeek"/> counts.</summary>
    public int Weekdays { get; init; } = 0x7F;

    public CalendarField Year { get; init; } = CalendarField.Any;

    public CalendarField Month { get; init; } = CalendarField.Any;

    public CalendarField Day { get; init; } = CalendarField.Any;

    /// <summary>Whether days are counted from the month's end.</summary>
    public bool DaysFromEnd { get; init; }

    public CalendarField Hour { get; init; } = CalendarField.Any;

    public CalendarField Minute { get; init; } = CalendarField.Any;

    /// <summary>In microseconds.</summary>
    public CalendarField Second { get; init; } = CalendarField.Any;

    /// <summary>The zone it names; null for none.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary>The first local time that matches and is not before another, to the microsecond; null where there is none.</summary>
    public DateTime? NextLocal(DateTime from)
    {
        if (from.Year < FirstYear)
        {
            from = new DateTime(FirstYear, 1, 1);
        }
        DateTime? date = NextDate(from.Date);
        if (date == from.Date)
        {
            if (NextTime(from.TimeOfDay) is { } time)
            {
                return date.Value + time;
            }
            date = NextDate(from.Date.AddDays(1));
        }
        return date is { } other && NextTime(TimeSpan.Zero) is { } first ? other + first : null;
    }

    private DateTime? NextDate(DateTime date)
    {
        while (Year.Next(date.Year, LastYear) is { } year)
        {
            if (year > date.Year)
            {
                date = new DateTime(year, 1, 1);
            }
            if (Month.Next(date.Month, 12) is not { } month)
            {
                date = new DateTime(year + 1, 1, 1);
                continue;
            }
            if (month > date.Month)
            {
                date = new DateTime(year, month, 1);
            }
            if (NextDay(date) is { } found)
            {
                return found;
            }
            date = new DateTime(year, month, 1).AddMonths(1);
        }
        return null;
    }

    private DateTime? NextDay(DateTime date)
    {
        int days = DateTime.DaysInMonth(date.Year, date.Month);
        CalendarField field = DaysFromEnd ? Day.FromEnd(days) : Day;
        for (int? day = field.Next(date.Day, days); day is { } found; day = field.Next(found + 1, days))
        {
            DateTime one = new(date.Year, date.Month, found);
            if ((Weekdays & (1 << (int)one.DayOfWeek)) != 0)
            {
                return one;
            }
        }
        return null;
    }

    private TimeSpan? NextTime(TimeSpan from)
    {
        int micros = (int)((from.Ticks % TimeSpan.TicksPerMinute + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond);
        int minuteFrom = from.Minutes;
        for (int? hour = Hour.Next(from.Hours, 23); hour is { } h; hour = Hour.Next(h + 1, 23))
        {
            if (h > from.Hours)
            {
                (minuteFrom, micros) = (0, 0);
            }
            for (int? minute = Minute.Next(minuteFrom, 59); minute is { } m; minute = Minute.Next(m + 1, 59))
            {
                if (NextSecond(h > from.Hours || m > from.Minutes ? 0 : micros) is { } second)
                {
                    return new TimeSpan(h, m, 0) + TimeSpan.FromTicks(second * TimeSpan.TicksPerMicrosecond);
                }
            }
        }
        return null;
    }

    // Anything is every whole second.
    private long? NextSecond(int micros) => Second.IsAny
        ? new CalendarTerm(0, 59 * MicrosPerSecond, MicrosPerSecond).Next(micros)
        : Second.Next(micros, (60 * MicrosPerSecond) - 1);
}
