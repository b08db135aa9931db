namespace PSNetConcurrency.Core;

/// <summary>A time limit on an operation that can also be stopped from outside.</summary>
internal static class Deadline
{
    // What a timer of the runtime can hold, a little under 50 days; longer is as good as for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    /// <summary>The limit that a parameter in seconds asks for: 0 is none, and so is null.</summary>
    public static TimeSpan? OfSeconds(double seconds) => seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds)) : null;

    /// <summary>A source that is cancelled by <paramref name="stop"/> or when the limit that a parameter in seconds asks for has passed; dispose of it.</summary>
    public static CancellationTokenSource Start(double seconds, CancellationToken stop) => Start(OfSeconds(seconds) ?? TimeSpan.MaxValue, stop);

    /// <summary>A source that is cancelled by <paramref name="stop"/> or when <paramref name="limit"/> has passed; dispose of it.</summary>
    public static CancellationTokenSource Start(TimeSpan limit, CancellationToken stop)
    {
        CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(stop);
        source.CancelAfter(Bounded(limit));
        return source;
    }

    /// <summary>A limit as timers take it: not below nothing, and not longer than they count.</summary>
    public static TimeSpan Bounded(TimeSpan limit) => limit < TimeSpan.Zero ? TimeSpan.Zero : limit < Longest ? limit : Longest;
}
