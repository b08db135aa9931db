namespace PSNetConcurrency.Core.Time;

/// <summary>A duration as NTP sends it: seconds in 16 bits and their fraction in 16 more, of 15 microseconds each (RFC 5905, 6).</summary>
internal static class NtpShort
{
    public static TimeSpan ToTimeSpan(uint value) => TimeSpan.FromTicks((long)((((ulong)value * TimeSpan.TicksPerSecond) + 0x8000) >> 16));

    /// <summary>The nearest there is: none below 0, and none above 18 hours.</summary>
    public static uint FromTimeSpan(TimeSpan time) =>
        (uint)Int128.Clamp((((Int128)time.Ticks << 16) + (TimeSpan.TicksPerSecond / 2)) / TimeSpan.TicksPerSecond, 0, uint.MaxValue);
}
