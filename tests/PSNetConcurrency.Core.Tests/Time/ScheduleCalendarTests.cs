using System.Globalization;
using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class ScheduleCalendarTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    // By hand, and as systemd-analyze calendar has them.
    [Theory]
    [InlineData("Mon..Fri *-*-* 10:00:00", "2026-01-12 10:00", "2026-01-13 10:00", "2026-01-14 10:00")]
    [InlineData("*-*~3", "2026-01-29 00:00", "2026-02-26 00:00", "2026-03-29 00:00")]
    [InlineData("Mon *-05~07/1", "2026-05-25 00:00", "2027-05-31 00:00", "2028-05-29 00:00")]
    [InlineData("hourly", "2026-01-10 13:00", "2026-01-10 14:00", "2026-01-10 15:00")]
    [InlineData("*:0/15", "2026-01-10 12:30", "2026-01-10 12:45", "2026-01-10 13:00")]
    [InlineData("Sat,Thu,Mon..Wed,Sat..Sun", "2026-01-11 00:00", "2026-01-12 00:00", "2026-01-13 00:00")]
    [InlineData("Mon,", "2026-01-12 00:00", "2026-01-19 00:00", "2026-01-26 00:00")]
    [InlineData("1,2,3/9:00", "2026-01-10 21:00", "2026-01-11 01:00", "2026-01-11 02:00")]
    [InlineData("00..06/3:30:15", "2026-01-11 00:30:15", "2026-01-11 03:30:15", "2026-01-11 06:30:15")]
    [InlineData("27-2/5-28", "2027-02-28 00:00", "2027-07-28 00:00", "2027-12-28 00:00")]
    [InlineData("*-2-29 12:00", "2028-02-29 12:00", "2032-02-29 12:00", "2036-02-29 12:00")]
    [InlineData("*-*~1..3/2", "2026-01-29 00:00", "2026-01-31 00:00", "2026-02-26 00:00")]
    [InlineData("*-*~1..20/10", "2026-01-21 00:00", "2026-01-31 00:00", "2026-02-18 00:00")]
    [InlineData("*:*:0/29.5", "2026-01-10 12:20:59", "2026-01-10 12:21:00", "2026-01-10 12:21:29.5")]
    [InlineData("weekly", "2026-01-12 00:00", "2026-01-19 00:00", "2026-01-26 00:00")]
    [InlineData("quarterly", "2026-04-01 00:00", "2026-07-01 00:00", "2026-10-01 00:00")]
    [InlineData("daily Europe/Berlin", "2026-01-10 23:00", "2026-01-11 23:00", "2026-01-12 23:00")]
    public void An_expression_occurs_when_it_says(string expression, params string[] expected)
    {
        CalendarSchedule schedule = new(expression, TimeZoneInfo.Utc);
        Assert.Equal(expected.Select(Utc), schedule.After(Utc("2026-01-10 12:20:30")).Take(expected.Length));
    }

    [Theory]
    [InlineData("2003-02-29")]
    [InlineData("12-1-1")]
    [InlineData("@100")]
    [InlineData("*-02-30")]
    public void What_is_over_or_never_was_has_no_occurrence(string expression)
    {
        CalendarSchedule schedule = new(expression, TimeZoneInfo.Utc);
        Assert.Null(schedule.Next(Utc("2026-01-10 12:20:30")));
        Assert.Equal(NetError.ScheduleNeverElapses, Assert.Throws<NetException>(() => schedule.First(Utc("2026-01-10 12:20:30"))).Error);
    }

    [Fact]
    public void A_time_that_clocks_jump_over_does_not_happen_and_others_go_on_behind_the_jump()
    {
        DateTimeOffset before = new(2026, 3, 29, 1, 20, 0, TimeSpan.FromHours(1));
        Assert.Equal(new DateTimeOffset(2026, 3, 30, 2, 30, 0, TimeSpan.FromHours(2)), new CalendarSchedule("*-*-* 02:30:00", Berlin).Next(before));
        Assert.Equal(["01:30 +01:00", "01:45 +01:00", "03:00 +02:00", "03:15 +02:00"], Times(new CalendarSchedule("*:0/15", Berlin), before, 4));
    }

    [Fact]
    public void A_time_that_clocks_show_twice_happens_the_first_time()
    {
        DateTimeOffset before = new(2026, 10, 25, 1, 20, 0, TimeSpan.FromHours(2));
        Assert.Equal(["01:30 +02:00", "02:00 +02:00", "02:30 +02:00", "03:00 +01:00"], Times(new CalendarSchedule("*:0/30", Berlin), before, 4));
        DateTimeOffset second = new(2026, 10, 25, 2, 10, 0, TimeSpan.FromHours(1));
        Assert.Equal(["03:00 +01:00"], Times(new CalendarSchedule("*:0/30", Berlin), second, 1));
    }

    [Fact]
    public void A_zone_that_skipped_a_day_has_none_of_its_times()
    {
        // Samoa went from 29 to 31 December 2011.
        CalendarSchedule schedule = new("*-*-* 10:00", TimeZoneInfo.FindSystemTimeZoneById("Pacific/Apia"));
        DateTimeOffset[] next = [.. schedule.After(Utc("2011-12-29 12:00")).Take(3)];
        Assert.Equal([29, 31, 1], next.Select(n => n.Day));
        Assert.All(next, n => Assert.Equal(10, n.Hour));
    }

    [Theory]
    [InlineData("", "character 1", "empty")]
    [InlineData("Fri..Mon", "character 6", "Monday")]
    [InlineData("Mond 10:00", "character 1", "weekday")]
    [InlineData("Mon,,Tue", "character 5", "weekday")]
    [InlineData("10..5:00", "character 1", "range")]
    [InlineData("*-*-0", "character 5", "no day")]
    [InlineData("*-13-1", "character 3", "no month")]
    [InlineData("2200-1-1", "character 1", "no year")]
    [InlineData("24:00", "character 1", "no hour")]
    [InlineData("10:60", "character 4", "no minute")]
    [InlineData("*:*:60", "character 5", "no second")]
    [InlineData("*/5:00", "character 2", "stands where :")]
    [InlineData("0/0:00", "character 3", "step")]
    [InlineData("23/2:00", "character 1", "leads beyond")]
    [InlineData("*-*~29", "character 5", "1 to 28")]
    [InlineData("*-*~5/5", "character 5", "leads beyond")]
    [InlineData("1,*:00", "character 3", "stands alone")]
    [InlineData("5", "character 2", "it ends")]
    [InlineData("5:5:5:5", "character 6", "too much")]
    [InlineData("daily europe/berlinx", "character 7", "time zone")]
    [InlineData("daily ../../etc/passwd", "character 1", "weekday")]
    [InlineData("*:0/15 ", "character 7", "too much")]
    [InlineData("99999999999:00", "character 1", "too large")]
    [InlineData("2026~01-01", "character 8", "")]
    [InlineData("@-5", "@", "seconds since 1970")]
    public void What_is_no_expression_is_refused_with_the_place(string expression, string place, string why)
    {
        NetException e = Assert.Throws<NetException>(() => new CalendarSchedule(expression, TimeZoneInfo.Utc));
        Assert.Equal((NetError.InvalidSchedule, expression), (e.Error, e.Target));
        Assert.Contains(place, e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_an_expression_or_refused()
    {
        Gen<string> pieces = AnyOf("*", "-", "~", ":", ",", "..", "/", " ", ".", "@", "Mon", "fri", "Sunday", "daily", "UTC", "Europe/Berlin", "0", "1", "7", "31", "59", "2026", "99999999999", "é", "\0").List[0, 12].Select(string.Concat);
        Gen.OneOf(pieces, Gen.String).Sample(text =>
        {
            try
            {
                _ = new CalendarSchedule(text, TimeZoneInfo.Utc).After(Utc("2026-01-10 12:20:30")).Take(2).Count();
                return true;
            }
            catch (NetException e)
            {
                return e.Error == NetError.InvalidSchedule;
            }
        }, iter: 20_000);
    }

    [Fact]
    public void The_next_occurrence_is_the_first_time_that_matches()
    {
        Gen<CalendarField> Field(int least, int largest) => Gen.OneOf(
            Gen.Const(CalendarField.Any),
            Gen.Select(Gen.Int[least, largest], Gen.Int[0, largest - least], Gen.Int[0, 4], (start, length, step) => new CalendarTerm(start, Math.Min(start + length, largest), step))
                .Select(t => t.Step == 0 ? t with { Stop = t.Start } : t).Array[1, 3].Select(t => new CalendarField(t)));
        Gen<CalendarExpression> expressions = Gen.Select(Gen.Int[1, 0x7F], Field(1, 12), Field(1, 31), Gen.Bool, Field(0, 23), Field(0, 59), (weekdays, month, day, fromEnd, hour, minute) =>
            new CalendarExpression { Weekdays = weekdays, Month = month, Day = day, DaysFromEnd = fromEnd, Hour = hour, Minute = minute, Second = new CalendarField([new CalendarTerm(0, 0, 0)]) });
        Gen.Select(expressions, Gen.Int[0, 400 * 24 * 60]).Sample((expression, minutes) =>
        {
            DateTime from = new DateTime(2027, 1, 1).AddMinutes(minutes), until = from.AddDays(40);
            DateTime? expected = null;
            for (DateTime time = from; time < until && expected is null;)
            {
                // Days and hours that don't match are gone over as a whole, or this would take minutes.
                if (!DayMatches(expression, time))
                {
                    time = time.Date.AddDays(1);
                }
                else if (!Matches(expression.Hour, time.Hour, 23))
                {
                    time = time.Date.AddHours(time.Hour + 1);
                }
                else if (Matches(expression.Minute, time.Minute, 59))
                {
                    expected = time;
                }
                else
                {
                    time = time.AddMinutes(1);
                }
            }
            DateTime? found = expression.NextLocal(from);
            return expected is null ? found is null || found >= until : found == expected;
        }, iter: 5_000);
    }

    private static bool DayMatches(CalendarExpression expression, DateTime time)
    {
        int days = DateTime.DaysInMonth(time.Year, time.Month);
        return (expression.Weekdays & (1 << (int)time.DayOfWeek)) != 0 && Matches(expression.Month, time.Month, 12)
            && Matches(expression.Day, expression.DaysFromEnd ? days + 1 - time.Day : time.Day, 31);
    }

    private static bool Matches(CalendarField field, int value, int largest) => field.IsAny || field.Terms.Any(t =>
        t.Step == 0 ? value == t.Start : value >= t.Start && value <= Math.Min(t.Stop, largest) && (value - t.Start) % t.Step == 0);

    private static IEnumerable<string> Times(Schedule schedule, DateTimeOffset after, int count) =>
        schedule.After(after).Take(count).Select(t => t.ToString("HH:mm zzz", CultureInfo.InvariantCulture));

    private static Gen<T> AnyOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
