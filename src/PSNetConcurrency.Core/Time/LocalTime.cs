namespace PSNetConcurrency.Core.Time;

/// <summary>Ticks of UTC as results show them: in this machine's time zone.</summary>
internal static class LocalTime
{
    // What a liar tells may lie beyond the years there are.
    public static DateTimeOffset From(long ticks)
    {
        DateTimeOffset time = new(Math.Clamp(ticks, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
        return time.ToLocalTime();
    }
}
