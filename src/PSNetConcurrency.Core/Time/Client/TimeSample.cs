namespace PSNetConcurrency.Core.Time;

/// <summary>One answer of a server that can be used; all in ticks.</summary>
/// <param name="T1">When the request left, by this clock.</param>
/// <param name="T2">When it arrived, by the server's.</param>
/// <param name="T3">When the answer left, by the server's.</param>
/// <param name="T4">When it arrived, by this one.</param>
/// <param name="Offset">How far the server's clock is ahead.</param>
/// <param name="Delay">How long both packets were on their way; not below 0.</param>
/// <param name="Distance">How wrong the offset can be, without the jitter of several.</param>
internal sealed record TimeSample(long T1, long T2, long T3, long T4, long Offset, long Delay, long Distance);

/// <summary>When an answer came.</summary>
/// <param name="T1">When the request left, by this clock, in ticks.</param>
/// <param name="T4">When the answer arrived, by this clock, in ticks.</param>
/// <param name="Elapsed">What a clock that is never set measured between the two; a little more, as the answer may have waited.</param>
internal readonly record struct ReplyTimes(long T1, long T4, TimeSpan Elapsed)
{
    // Threads may be late; steps that matter are larger.
    private const long Slack = 50 * TimeSpan.TicksPerMillisecond;

    /// <summary>Whether this machine's clock was set meanwhile, so that the two can't be compared.</summary>
    public bool ClockStepped => T4 < T1 - TimeSpan.TicksPerMillisecond || T4 - T1 > Elapsed.Ticks + Slack;
}
