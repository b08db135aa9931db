namespace PSNetConcurrency.Core;

/// <summary>A time limit on an operation that can also be stopped from outside.</summary>
internal static class Deadline
{
    // What a timer of the runtime can hold, a little under 50 days; longer is as good as for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

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
