using System.Globalization;
using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class ScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly DateTimeOffset From = new(2026, 1, 10, 12, 20, 30, TimeSpan.Zero);

    [Theory]
    [InlineData("0 3 * * *", "2026-01-11 03:00", "2026-01-12 03:00")]
    [InlineData("*/15 * * * *", "2026-01-10 12:30", "2026-01-10 12:45")]
    [InlineData("*/20 * * * * *", "2026-01-10 12:20:40", "2026-01-10 12:21:00")]
    [InlineData("@monthly", "2026-02-01 00:00", "2026-03-01 00:00")]
    [InlineData("0 0 L * *", "2026-01-31 00:00", "2026-02-28 00:00")]
    [InlineData("0 9 * * 1#1", "2026-02-02 09:00", "2026-03-02 09:00")]
    [InlineData(" 0  9 * * MON ", "2026-01-12 09:00", "2026-01-19 09:00")]
    public void Cron_occurs_when_it_says(string expression, params string[] expected) =>
        Assert.Equal(expected.Select(Utc), new CronSchedule(expression, TimeZoneInfo.Utc).After(From).Take(2));

    [Fact]
    public void Cron_follows_its_zone_through_daylight_saving()
    {
        CronSchedule daily = new("30 2 * * *", Berlin);
        // 02:30 is jumped over on 29 March: it happens when the clocks have jumped.
        Assert.Equal([new(2026, 3, 28, 2, 30, 0, TimeSpan.FromHours(1)), new(2026, 3, 29, 3, 0, 0, TimeSpan.FromHours(2)), new(2026, 3, 30, 2, 30, 0, TimeSpan.FromHours(2))],
            daily.After(new DateTimeOffset(2026, 3, 27, 12, 0, 0, TimeSpan.Zero)).Take(3).ToArray());
        // And is shown twice on 25 October, and happens once.
        Assert.Equal([new(2026, 10, 25, 2, 30, 0, TimeSpan.FromHours(2)), new(2026, 10, 26, 2, 30, 0, TimeSpan.FromHours(1))],
            daily.After(new DateTimeOffset(2026, 10, 24, 12, 0, 0, TimeSpan.Zero)).Take(2).ToArray());
    }

    [Theory]
    [InlineData("* * * * *", "2099-12-31 23:59", "2100-01-01 00:00")]
    [InlineData("0 0 1 1 *", "2099-12-31", "2100-01-01 00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01", "2104-02-29 00:00")]
    [InlineData("0 0 1 1 *", "2198-06-01", "2199-01-01 00:00")]
    [InlineData("0 0 1 1 *", "2199-01-01", null)]
    [InlineData("0 0 1 1 *", "9999-12-31", null)]
    public void Cron_ends_where_calendar_expressions_do(string expression, string after, string? expected) =>
        Assert.Equal(expected is null ? null : Utc(expected), new CronSchedule(expression, TimeZoneInfo.Utc).Next(Utc(after)));

    [Theory]
    [InlineData("Pacific/Apia", "2011-12-28 23:00", "2011-12-29 12:00 -10:00", "2011-12-31 12:00 +14:00", "2012-01-01 12:00 +14:00")]
    [InlineData("Pacific/Kiritimati", "1994-12-30 00:00", "1994-12-30 12:00 -10:00", "1995-01-01 12:00 +14:00", "1995-01-02 12:00 +14:00")]
    public void Cron_leaves_out_a_day_that_its_zone_leaves_out(string zone, string after, params string[] expected)
    {
        TimeZoneInfo oceanic = TimeZoneInfo.FindSystemTimeZoneById(zone);
        Assert.Equal(expected, new CronSchedule("0 12 * * *", oceanic).After(Utc(after)).Take(3).Select(Shown));
        Assert.Equal(expected, new CalendarSchedule("*-*-* 12:00", oceanic).After(Utc(after)).Take(3).Select(Shown));
    }

    [Theory]
    [InlineData("*/30 * * * *", "25 00:30 +01:00", "25 01:00 +01:00", "25 01:30 +01:00", "25 01:00 +00:00", "25 01:30 +00:00", "25 02:00 +00:00")]
    [InlineData("30 0-1 * * *", "25 00:30 +01:00", "25 01:30 +01:00", "25 01:30 +00:00", "26 00:30 +00:00")]
    [InlineData("@hourly", "25 01:00 +01:00", "25 01:00 +00:00", "25 02:00 +00:00")]
    [InlineData("0,30 1 * * *", "25 01:00 +01:00", "25 01:30 +01:00", "26 01:00 +00:00", "26 01:30 +00:00")]
    public void Intervals_of_cron_go_on_where_clocks_are_set_back_and_fixed_times_happen_once(string expression, params string[] expected)
    {
        // To .NET, Dublin's winter is what is saved.
        CronSchedule schedule = new(expression, TimeZoneInfo.FindSystemTimeZoneById("Europe/Dublin"));
        Assert.Equal(expected, schedule.After(Utc("2026-10-24 23:00:01")).Take(expected.Length).Select(t => t.ToString("dd HH:mm zzz", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void In_zones_with_an_hour_of_daylight_saving_cron_is_what_its_library_makes_of_it()
    {
        TimeZoneInfo[] zones = [.. new[] { "Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago" }.Select(TimeZoneInfo.FindSystemTimeZoneById)];
        string[] expressions = ["* * * * *", "*/30 * * * *", "17 */3 * * *", "0 12 * * *", "30 2 * * *", "30 1 * * 0", "20 0,1,2,3 * * *", "5-7 1-3 L * *", "0 0 29 2 *", "@hourly", "@daily", "15/20 2 * 3,10 *", "59 23 15W * *"];
        Gen.Select(AnyOf(zones), AnyOf(expressions), Gen.Int[0, 10 * 366 * 24 * 60]).Sample((zone, expression, minutes) =>
        {
            DateTimeOffset after = Utc("2018-01-01").AddMinutes(minutes);
            DateTimeOffset[] ours = [.. new CronSchedule(expression, zone).After(after).Take(8)];
            DateTimeOffset at = after;
            return ours.All(o => Cronos.CronExpression.Parse(expression).GetNextOccurrence(at, zone) == (at = o));
        }, iter: 5_000);
    }

    [Fact]
    public void What_cron_finds_is_later_and_what_the_clock_shows_or_right_behind_a_jump()
    {
        (TimeZoneInfo Zone, DateTimeOffset Change)[] changes = [.. new[]
        {
            "Europe/Berlin 2026-03-29 01:00", "Europe/Dublin 2026-03-29 01:00", "Europe/Dublin 2026-10-25 01:00", "America/Scoresbysund 2024-03-31 01:00", "America/Scoresbysund 2023-10-29 01:00",
            "Africa/Casablanca 2026-02-15 02:00", "Africa/Casablanca 2026-03-22 02:00", "Australia/Lord_Howe 2026-04-04 15:00", "Australia/Lord_Howe 2026-10-03 15:30", "Asia/Pyongyang 2018-05-04 15:00",
            "Pacific/Apia 2011-12-30 10:00", "Pacific/Fakaofo 2011-12-30 11:00", "Pacific/Kwajalein 1969-09-30 13:00", "Asia/Amman 2021-10-28 22:00", "Europe/Istanbul 2015-11-08 01:00",
        }.Select(c => (TimeZoneInfo.FindSystemTimeZoneById(c.Split(' ')[0]), Utc(c[(c.IndexOf(' ', StringComparison.Ordinal) + 1)..])))];
        string[] expressions = ["* * * * *", "*/30 * * * *", "17 */3 * * *", "0 12 * * *", "0 0 * * *", "40 23 * * *", "20 0,1,2,3 * * *", "@hourly", "@daily"];
        Gen.Select(AnyOf(changes), AnyOf(expressions), Gen.Int[-48 * 60, 48 * 60]).Sample((at, expression, minutes) =>
        {
            DateTimeOffset after = at.Change.AddMinutes(minutes);
            DateTimeOffset next = new CronSchedule(expression, at.Zone).Next(after)!.Value;
            bool isBehindJump = at.Zone.GetUtcOffset(next) > at.Zone.GetUtcOffset(next.AddTicks(-1));
            DateTimeOffset shown = new(next.DateTime, TimeSpan.Zero);
            return next > after && next - after < TimeSpan.FromHours(49) && (isBehindJump || new CronSchedule(expression, TimeZoneInfo.Utc).Next(shown.AddTicks(-1)) == shown);
        }, iter: 5_000);
    }

    [Theory]
    [InlineData("", "0 fields")]
    [InlineData("5", "1 field, ")]
    [InlineData("* * *", "3 fields")]
    [InlineData("* * * * * * *", "7 fields")]
    [InlineData("60 * * * *", "Minutes")]
    [InlineData("* * * * x", "ay")]
    [InlineData("@never", "@")]
    [InlineData("H * * * *", "H is Jenkins's")]
    public void What_is_no_cron_expression_is_refused(string expression, string why)
    {
        NetException e = Assert.Throws<NetException>(() => new CronSchedule(expression, TimeZoneInfo.Utc));
        Assert.Equal((NetError.InvalidSchedule, expression), (e.Error, e.Target));
        Assert.Contains(why, e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Any_text_is_a_cron_expression_or_refused()
    {
        Gen<string> pieces = AnyOf("*", "-", ",", "/", " ", "L", "W", "#", "?", "@", "daily", "MON", "JAN", "0", "1", "7", "31", "59", "99999999999", "\0").List[0, 16].Select(string.Concat);
        Gen.OneOf(pieces, Gen.String).Sample(text =>
        {
            try
            {
                _ = new CronSchedule(text, TimeZoneInfo.Utc).After(From).Take(2).Count();
                return true;
            }
            catch (NetException e)
            {
                return e.Error == NetError.InvalidSchedule;
            }
        }, iter: 20_000);
    }

    [Fact]
    public void Given_instants_come_once_each_and_in_order()
    {
        FixedSchedule schedule = new([From.AddHours(2), From.AddHours(1), From.AddHours(2), From.AddHours(-1)], TimeZoneInfo.Utc);
        Assert.Equal([From.AddHours(1), From.AddHours(2)], schedule.After(From).ToArray());
        Assert.Null(schedule.Next(From.AddHours(2)));
        Assert.Equal(NetError.ScheduleNeverElapses, Assert.Throws<NetException>(() => schedule.First(From.AddHours(2))).Error);
    }

    [Fact]
    public void A_message_has_the_date_of_the_schedules_calendar_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("th-TH");
            Assert.Contains("after 2026-01-10 12:20:30 +00:00", Assert.Throws<NetException>(() => new CronSchedule("0 0 30 2 *", TimeZoneInfo.Utc).First(From)).Message, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void An_interval_counts_from_its_anchor_and_not_by_the_clock_on_the_wall()
    {
        DateTimeOffset anchor = new(2026, 3, 29, 0, 30, 0, TimeSpan.FromHours(1));
        IntervalSchedule schedule = new(TimeSpan.FromHours(1), anchor, Berlin);
        Assert.Equal(["01:30", "03:30", "04:30"], schedule.After(anchor).Take(3).Select(t => t.ToString("HH:mm", CultureInfo.InvariantCulture)));
        Assert.Equal(anchor.AddHours(1), schedule.Next(anchor.AddDays(-3)));
        Assert.Null(schedule.Next(DateTimeOffset.MaxValue));
        Assert.Equal(NetError.InvalidSchedule, Assert.Throws<NetException>(() => new IntervalSchedule(TimeSpan.FromTicks(5), anchor, Berlin)).Error);
    }

    [Fact]
    public void A_time_zone_that_there_is_not_is_named()
    {
        Assert.Equal(TimeZoneInfo.Utc, ScheduleZone.Find("utc"));
        foreach (string name in new[] { "Europe/Nowhere", "europe/berlin", "", "../UTC", new string('a', 300), "/etc/localtime", "zone1970.tab" })
        {
            NetException e = Assert.Throws<NetException>(() => ScheduleZone.Find(name));
            Assert.Equal((NetError.TimeZoneNotFound, name), (e.Error, e.Target));
        }
    }

    [Fact]
    public void A_local_time_has_the_instant_that_the_zone_gives_it()
    {
        TimeZoneInfo[] zones = [.. new[] { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu" }.Select(TimeZoneInfo.FindSystemTimeZoneById)];
        Gen.Select(AnyOf(zones), Gen.Int[0, 4 * 366 * 24 * 4]).Sample((zone, quarters) =>
        {
            DateTime local = new DateTime(2024, 1, 1).AddMinutes(15 * quarters);
            DateTime? utc = ScheduleZone.ToUtc(zone, local, out DateTime gapEnd);
            return utc is null
                ? zone.IsInvalidTime(local) && !zone.IsInvalidTime(gapEnd) && zone.IsInvalidTime(gapEnd.AddMinutes(-1))
                : !zone.IsInvalidTime(local) && utc == (zone.IsAmbiguousTime(local) ? local - zone.GetAmbiguousTimeOffsets(local).Max() : TimeZoneInfo.ConvertTimeToUtc(local, zone));
        }, iter: 20_000);
    }

    private static Gen<T> AnyOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static string Shown(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
