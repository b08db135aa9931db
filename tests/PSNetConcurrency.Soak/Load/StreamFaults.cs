using PSNetConcurrency.Soak.Report;

namespace PSNetConcurrency.Soak.Load;

/// <summary>Draws what a network does to a stream, and counts what a proxy has done.</summary>
internal static class StreamFaults
{
    /// <summary>Faults that leave a stream of so many bytes done within some seconds.</summary>
    public static NetFault Draw(Random random, int bytes, bool corrupts)
    {
        bool Sometimes(int outOf) => random.Next(outOf) == 0;
        long Place() => random.NextInt64(0, bytes + (bytes / 4) + 1);
        NetFault fault = random.Next(8) switch
        {
            0 => new NetFault { CloseAfterBytes = Place() },
            1 => new NetFault { ResetAfterBytes = Place() },
            2 => new NetFault { StallAfterBytes = Place() },
            _ => new NetFault(),
        };
        return fault with
        {
            Direction = (FaultDirection)random.Next(3),
            LatencyMilliseconds = Sometimes(4) ? random.Next(1, 20) : 0,
            JitterMilliseconds = Sometimes(4) ? random.Next(1, 10) : 0,
            SliceSize = Sometimes(3) ? random.Next(Math.Max(1, bytes / 500), Math.Max(2, bytes / 4)) : null,
            CoalesceBytes = Sometimes(5) ? random.Next(1, 20_000) : null,
            CoalesceMilliseconds = 3,
            BandwidthBytesPerSecond = Sometimes(8) ? bytes * 4L : null,
            CorruptRate = corrupts && Sometimes(4) ? Math.Min(0.01, 40.0 / bytes) : 0,
        };
    }

    /// <summary>Whether the stream may end before all of it has passed.</summary>
    public static bool Cuts(this NetFault fault) => fault.CloseAfterBytes is not null || fault.ResetAfterBytes is not null || fault.StallAfterBytes is not null;

    /// <summary>How long to wait for more: not long where a stall is to be expected.</summary>
    public static TimeSpan Patience(this NetFault fault) => fault.StallAfterBytes is null ? TimeSpan.FromSeconds(60) : TimeSpan.FromMilliseconds(250);

    public static void Count(Figures figures, FaultStatistic done)
    {
        Add("slices", done.SliceCount);
        Add("pieces joined", done.CoalescedCount);
        Add("pieces delayed", done.DelayedCount);
        Add("bytes corrupted", done.CorruptedCount);
        Add("closed", done.CloseCount);
        Add("reset", done.ResetCount);
        Add("stalled", done.StallCount);

        void Add(string kind, long count) => figures.Add("faults", kind, "injected", count);
    }
}
