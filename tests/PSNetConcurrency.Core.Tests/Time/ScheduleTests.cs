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
    [InlineData("", "0 fields")]
    [InlineData("* * *", "3 fields")]
    [InlineData("* * * * * * *", "7 fields")]
    [InlineData("60 * * * *", "Minutes")]
    [InlineData("* * * * x", "ay")]
    [InlineData("@never", "@")]
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

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
