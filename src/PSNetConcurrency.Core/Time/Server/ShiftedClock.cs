namespace PSNetConcurrency.Core.Time;

/// <summary>This machine's clock as a time server tells it: ahead by an offset, and by a random amount up to the jitter either way. Used by one thread.</summary>
internal sealed class ShiftedClock(TimeSpan offset, TimeSpan jitter, long seed) : TimeProvider
{
    private RepeatableRandom _random = new((ulong)seed);

    /// <summary>How far ahead the next answer is, in ticks.</summary>
    public long NextShift() => jitter == TimeSpan.Zero ? offset.Ticks : offset.Ticks + (long)(jitter.Ticks * ((2 * _random.NextDouble()) - 1));

    public override DateTimeOffset GetUtcNow() =>
        new(Math.Clamp(DateTime.UtcNow.Ticks + NextShift(), DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
}
