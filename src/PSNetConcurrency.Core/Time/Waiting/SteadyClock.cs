using System.Diagnostics;

namespace PSNetConcurrency.Core.Time;

/// <summary>A clock that was read once, and goes on by elapsed time: setting this machine's clock does not touch it.</summary>
/// <param name="Ticks">What it showed, in ticks of UTC.</param>
/// <param name="Timestamp">When that was, by <see cref="Stopwatch.GetTimestamp"/>.</param>
internal readonly record struct SteadyClock(long Ticks, long Timestamp)
{
    public long Now => Ticks + Stopwatch.GetElapsedTime(Timestamp).Ticks;

    /// <summary>This machine's clock, and what is added to it.</summary>
    public static SteadyClock Local(long offset)
    {
        // Read twice: what comes between the two readings would make it late.
        long before = Stopwatch.GetTimestamp(), wall = DateTime.UtcNow.Ticks, after = Stopwatch.GetTimestamp();
        return new SteadyClock(wall + offset, before + ((after - before) / 2));
    }
}
