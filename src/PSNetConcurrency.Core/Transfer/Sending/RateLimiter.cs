using System.Diagnostics;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>Holds a sender to so many bytes a second, over any stretch of it: what a wait was too long is made up for, never saved up.</summary>
internal sealed class RateLimiter(long bytesPerSecond)
{
    // A pause of the network must not be followed by a burst.
    private static readonly TimeSpan LongestDebt = TimeSpan.FromMilliseconds(200);

    private long _due;

    /// <summary>How much to send at a time: a twentieth of a second's worth.</summary>
    public int Chunk(int largest) => bytesPerSecond == 0 ? largest : (int)Math.Clamp(bytesPerSecond / 20, 1, largest);

    /// <summary>Waits until so many bytes may go.</summary>
    public async ValueTask WaitAsync(int bytes, CancellationToken stop)
    {
        if (bytesPerSecond == 0)
        {
            return;
        }
        long now = Stopwatch.GetTimestamp();
        _due = Math.Max(_due == 0 ? now : _due, now - (long)(LongestDebt.TotalSeconds * Stopwatch.Frequency));
        double ahead = (_due - now) / (double)Stopwatch.Frequency;
        _due += (long)(bytes * (double)Stopwatch.Frequency / bytesPerSecond);
        if (ahead > 0.001)
        {
            await Task.Delay(TimeSpan.FromSeconds(ahead), stop).ConfigureAwait(false);
        }
    }
}
