using System.Diagnostics;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>Says when things may be written: latency and jitter in order, and a link of so many bytes a second. Times are Stopwatch's.</summary>
internal struct FaultPacer(RepeatableRandom random)
{
    // A link that was idle or blocked may catch up with that much and no more; a late timer loses nothing within it.
    private static readonly long Slack = Stopwatch.Frequency / 10;

    private RepeatableRandom _random = random;
    private long _lastDue;
    private long _linkFree;

    /// <summary>When something that arrived then is due: never before what arrived earlier.</summary>
    public long Due(long arrived, NetFault fault)
    {
        double draw = fault.JitterMilliseconds > 0 ? _random.NextDouble() : 0;
        return _lastDue = Math.Max(_lastDue, arrived + Delay(fault, draw));
    }

    /// <summary>The latency, and the part of the jitter that <paramref name="draw"/> (0 up to 1) says.</summary>
    public static long Delay(NetFault fault, double draw) =>
        (long)((fault.LatencyMilliseconds + (fault.JitterMilliseconds * draw)) / 1000 * Stopwatch.Frequency);

    /// <summary>Takes the link for so many bytes that are due then: when the last of them is through.</summary>
    public long Reserve(int bytes, long due, long now, long bytesPerSecond)
    {
        long start = Math.Max(Math.Max(_linkFree, due), now - Slack);
        return _linkFree = start + (long)((double)bytes / bytesPerSecond * Stopwatch.Frequency);
    }

    /// <summary>The link has another speed: what was reserved at the old one is not waited for.</summary>
    public void FreeLink() => _linkFree = 0;

    /// <summary>How many bytes take the link at a time: ten milliseconds' worth.</summary>
    public static int Quantum(long bytesPerSecond) => (int)Math.Clamp(bytesPerSecond / 100, 1, 64 * 1024);
}
