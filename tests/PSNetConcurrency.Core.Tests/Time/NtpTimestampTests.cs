using CsCheck;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class NtpTimestampTests
{
    private static readonly long Now = new DateTime(2026, 11, 28, 12, 0, 0, DateTimeKind.Utc).Ticks;

    // A century on both sides of 2036.
    private static readonly Gen<long> Ticks = Gen.Long[new DateTime(1936, 1, 1).Ticks, new DateTime(2136, 1, 1).Ticks];

    [Theory]
    [InlineData(0x83aa7e8000000000, "1970-01-01T00:00:00")]
    [InlineData(0xffffffff00000000, "2036-02-07T06:28:15")]
    [InlineData(0x0000000000000000, "2036-02-07T06:28:16")]
    [InlineData(0x0000000180000000, "2036-02-07T06:28:17.5")]
    [InlineData(0x9cbc448000000000, "1983-05-01T00:00:00")]
    public void Timestamps_are_those_of_the_era_nearest_to_now(ulong value, string time)
    {
        long ticks = DateTime.Parse(time, null).Ticks;
        Assert.Equal(ticks, new NtpTimestamp(value).ToTicks(Now));
        Assert.Equal(value, NtpTimestamp.FromTicks(ticks).Value);
    }

    [Fact]
    public void The_same_seconds_are_another_time_when_the_local_clock_is_of_another_era()
    {
        long later = new DateTime(2100, 1, 1).Ticks;
        Assert.Equal(new DateTime(2106, 2, 7, 6, 28, 16).Ticks, new NtpTimestamp(0x83aa7e8000000000).ToTicks(later));
    }

    [Theory]
    [InlineData(0, 20, 21, 5, 18, 4)]
    [InlineData(101, 102, 103, 105, -0.5, 3)]
    public void Offset_and_delay_are_those_of_the_RFC(double t1, double t2, double t3, double t4, double offset, double delay)
    {
        foreach (long era in new[] { 0L, Now, new DateTime(2036, 2, 7, 6, 28, 16).AddSeconds(-10).Ticks })
        {
            (long o, long d) = NtpTimestamp.Solve(At(t1), At(t2), At(t3), At(t4));
            Assert.Equal((offset, delay), (TimeSpan.FromTicks(o).TotalSeconds, TimeSpan.FromTicks(d).TotalSeconds));

            NtpTimestamp At(double seconds) => NtpTimestamp.FromTicks(era + (long)(seconds * TimeSpan.TicksPerSecond));
        }
    }

    [Fact]
    public void Any_tick_within_68_years_of_the_pivot_comes_back() => Gen.Select(Ticks, Gen.Long[-2_000_000_000L * TimeSpan.TicksPerSecond, 2_000_000_000L * TimeSpan.TicksPerSecond])
        .Sample((ticks, away) => NtpTimestamp.FromTicks(ticks).ToTicks(ticks + away) == ticks);

    [Fact]
    public void Offsets_are_exact_across_the_eras() => Gen.Select(Ticks, Gen.Long[-60 * 365 * TimeSpan.TicksPerDay, 60 * 365 * TimeSpan.TicksPerDay], Gen.Long[0, TimeSpan.TicksPerSecond], Gen.Long[0, TimeSpan.TicksPerSecond])
        .Sample((t1, offset, way, wait) =>
        {
            (long o, long d) = NtpTimestamp.Solve(NtpTimestamp.FromTicks(t1), NtpTimestamp.FromTicks(t1 + way + offset), NtpTimestamp.FromTicks(t1 + way + wait + offset), NtpTimestamp.FromTicks(t1 + way + wait + way));
            return o == offset && d == 2 * way;
        });

    [Theory]
    [InlineData(0x00000001u, 15.259)]
    [InlineData(0x00018000u, 1_500_000)]
    [InlineData(0xffffffffu, 65535.99998474 * 1e6)]
    public void Short_durations_are_those_of_the_RFC(uint value, double microseconds)
    {
        Assert.Equal(microseconds, NtpShort.ToTimeSpan(value).TotalMicroseconds, 0.06);
        Assert.Equal(value, NtpShort.FromTimeSpan(NtpShort.ToTimeSpan(value)));
    }

    [Fact]
    public void Short_durations_saturate()
    {
        Assert.Equal((0u, uint.MaxValue), (NtpShort.FromTimeSpan(TimeSpan.FromSeconds(-1)), NtpShort.FromTimeSpan(TimeSpan.MaxValue)));
        Gen.UInt.Sample(v => NtpShort.FromTimeSpan(NtpShort.ToTimeSpan(v)) == v);
    }
}
