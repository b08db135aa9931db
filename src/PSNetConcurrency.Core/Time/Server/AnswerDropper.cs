namespace PSNetConcurrency.Core.Time;

/// <summary>Decides which requests a time server leaves unanswered. Used by one thread.</summary>
internal sealed class AnswerDropper(double rate, long seed)
{
    // Another sequence than the clock's.
    private RepeatableRandom _random = new(~(ulong)seed);

    public bool Drops() => rate > 0 && _random.NextDouble() < rate;
}
