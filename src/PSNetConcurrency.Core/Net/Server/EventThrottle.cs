namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Lets one event a second through of those that a stranger can cause by the thousand. On one thread.</summary>
internal sealed class EventThrottle
{
    private const long IntervalMilliseconds = 1000;

    private long _last = long.MinValue / 2;
    private long _held;

    /// <summary>How many were held back, as a sentence to follow another; empty for none.</summary>
    public static string Words(long held) => held == 0 ? "" : $" So were {held} more since the last event.";

    /// <summary>Whether to record this one; <paramref name="held"/>: how many were held back since the last.</summary>
    public bool Pass(out long held)
    {
        long now = Environment.TickCount64;
        if (now - _last < IntervalMilliseconds)
        {
            _held++;
            held = 0;
            return false;
        }
        _last = now;
        held = _held;
        _held = 0;
        return true;
    }
}
