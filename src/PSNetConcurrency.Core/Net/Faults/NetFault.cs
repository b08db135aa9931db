using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency;

/// <summary>The direction of a connection through a proxy that faults are for.</summary>
public enum FaultDirection
{
    /// <summary>Both, each with counts and delays of its own.</summary>
    Both,

    /// <summary>What the client sends.</summary>
    ClientToServer,

    /// <summary>What the target sends.</summary>
    ServerToClient,
}

/// <summary>
/// What a proxy does to the bytes that pass through it. A property that is null, or zero for a delay or a rate, does nothing.
/// The order is fixed: corrupt, coalesce, slice, delay, limit the bandwidth, cut.
/// </summary>
public sealed record NetFault
{
    /// <summary>The most that CoalesceBytes can be, and what is gathered where only CoalesceMilliseconds is given.</summary>
    public const int MaximumCoalesceBytes = 1024 * 1024;

    /// <summary>How long bytes are held for CoalesceBytes where CoalesceMilliseconds is not given.</summary>
    public const int DefaultCoalesceMilliseconds = 200;

    private const double LongestDelay = 600_000;

    /// <summary>No fault at all.</summary>
    public static NetFault None { get; } = new();

    /// <summary>How much later everything arrives.</summary>
    public double LatencyMilliseconds { get; init; }

    /// <summary>Up to how much is added to the latency, drawn anew for each slice; the order is kept.</summary>
    public double JitterMilliseconds { get; init; }

    /// <summary>How many bytes a second pass.</summary>
    public long? BandwidthBytesPerSecond { get; init; }

    /// <summary>How many bytes are written at once at most, each time as a segment of its own.</summary>
    public int? SliceSize { get; init; }

    /// <summary>Holds bytes until so many are gathered, and writes them at once.</summary>
    public int? CoalesceBytes { get; init; }

    /// <summary>How long bytes are held to be gathered at most.</summary>
    public double? CoalesceMilliseconds { get; init; }

    /// <summary>Ends the direction (FIN) after exactly so many bytes of it.</summary>
    public long? CloseAfterBytes { get; init; }

    /// <summary>Resets the connection (RST) after exactly so many bytes of the direction.</summary>
    public long? ResetAfterBytes { get; init; }

    /// <summary>Delivers nothing more after exactly so many bytes of the direction; the connection stays.</summary>
    public long? StallAfterBytes { get; init; }

    /// <summary>The probability that a byte is changed, 0 to 1.</summary>
    public double CorruptRate { get; init; }

    /// <summary>The direction all this is for.</summary>
    public FaultDirection Direction { get; init; }

    /// <summary>As parameters that can be typed back; empty without faults.</summary>
    public override string ToString()
    {
        (string Name, object? Value)[] all =
        [
            (nameof(LatencyMilliseconds), LatencyMilliseconds),
            (nameof(JitterMilliseconds), JitterMilliseconds),
            (nameof(BandwidthBytesPerSecond), BandwidthBytesPerSecond),
            (nameof(SliceSize), SliceSize),
            (nameof(CoalesceBytes), CoalesceBytes),
            (nameof(CoalesceMilliseconds), CoalesceMilliseconds),
            (nameof(CloseAfterBytes), CloseAfterBytes),
            (nameof(ResetAfterBytes), ResetAfterBytes),
            (nameof(StallAfterBytes), StallAfterBytes),
            (nameof(CorruptRate), CorruptRate),
            (nameof(Direction), Direction),
        ];
        return string.Join(' ', all.Where(p => p.Value is not (null or 0d or FaultDirection.Both)).Select(p => FormattableString.Invariant($"-{p.Name} {p.Value}")));
    }

    internal bool Coalesces => CoalesceBytes is not null || CoalesceMilliseconds is not null;

    /// <summary>Whether bytes are written as they come, with nothing held and nothing divided.</summary>
    internal bool IsDirect => LatencyMilliseconds == 0 && JitterMilliseconds == 0 && BandwidthBytesPerSecond is null && SliceSize is null && !Coalesces;

    /// <summary>The faults of one direction.</summary>
    internal NetFault For(FaultDirection direction) => Direction == FaultDirection.Both || Direction == direction ? this : None;

    /// <summary>The cut that comes first, and after how many bytes; of two at the same place the harder.</summary>
    internal (long At, FaultCut Cut) FirstCut()
    {
        (long At, FaultCut Cut) first = (long.MaxValue, FaultCut.None);
        Consider(ResetAfterBytes, FaultCut.Reset);
        Consider(CloseAfterBytes, FaultCut.Close);
        Consider(StallAfterBytes, FaultCut.Stall);
        return first;

        void Consider(long? at, FaultCut cut) => first = at < first.At ? (at.Value, cut) : first;
    }

    /// <summary>These faults, when each can mean something.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>.</exception>
    internal NetFault Validated()
    {
        Check(nameof(LatencyMilliseconds), LatencyMilliseconds, LatencyMilliseconds is >= 0 and <= LongestDelay, "from 0 to 600000");
        Check(nameof(JitterMilliseconds), JitterMilliseconds, JitterMilliseconds is >= 0 and <= LongestDelay, "from 0 to 600000");
        Check(nameof(BandwidthBytesPerSecond), BandwidthBytesPerSecond, BandwidthBytesPerSecond is null or >= 1, "1 or more");
        Check(nameof(SliceSize), SliceSize, SliceSize is null or >= 1, "1 or more");
        Check(nameof(CoalesceBytes), CoalesceBytes, CoalesceBytes is null or (>= 1 and <= MaximumCoalesceBytes), $"from 1 to {MaximumCoalesceBytes}");
        Check(nameof(CoalesceMilliseconds), CoalesceMilliseconds, CoalesceMilliseconds is null or (>= 0 and <= LongestDelay), "from 0 to 600000");
        Check(nameof(CloseAfterBytes), CloseAfterBytes, CloseAfterBytes is null or >= 0, "0 or more");
        Check(nameof(ResetAfterBytes), ResetAfterBytes, ResetAfterBytes is null or >= 0, "0 or more");
        Check(nameof(StallAfterBytes), StallAfterBytes, StallAfterBytes is null or >= 0, "0 or more");
        Check(nameof(CorruptRate), CorruptRate, CorruptRate is >= 0 and <= 1, "a probability, from 0 to 1");
        Check(nameof(Direction), Direction, Enum.IsDefined(Direction), "Both, ClientToServer or ServerToClient");
        return this;

        static void Check(string name, object? value, bool valid, string allowed)
        {
            if (!valid)
            {
                throw new NetException(NetError.InvalidArgument, FormattableString.Invariant($"{name} can't be {value}: it must be {allowed}."), value);
            }
        }
    }
}

/// <summary>What ends a direction.</summary>
internal enum FaultCut
{
    None,
    Stall,
    Close,
    Reset,
}
