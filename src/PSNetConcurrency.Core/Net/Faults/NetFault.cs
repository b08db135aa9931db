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
/// What a proxy does to what passes through it. A property that is null, or zero for a delay or a rate, does nothing.
/// The order is fixed. Of bytes: corrupt, coalesce, slice, delay, limit the bandwidth, cut. Of datagrams: lose, truncate,
/// corrupt, duplicate, reorder, limit the bandwidth, delay. What is for the one transport only is refused by the other.
/// </summary>
public sealed record NetFault
{
    /// <summary>The most that CoalesceBytes can be, and what is gathered where only CoalesceMilliseconds is given.</summary>
    public const int MaximumCoalesceBytes = 1024 * 1024;

    /// <summary>How long bytes are held for CoalesceBytes where CoalesceMilliseconds is not given.</summary>
    public const int DefaultCoalesceMilliseconds = 200;

    /// <summary>How many datagrams overtake one that is reordered where ReorderDistance is not given.</summary>
    public const int DefaultReorderDistance = 1;

    /// <summary>The most that ReorderDistance can be.</summary>
    public const int MaximumReorderDistance = 1000;

    /// <summary>How long a datagram is held back to be overtaken where ReorderMilliseconds is not given.</summary>
    public const int DefaultReorderMilliseconds = 100;

    private const double LongestDelay = 600_000;

    /// <summary>No fault at all.</summary>
    public static NetFault None { get; } = new();

    /// <summary>How much later everything arrives.</summary>
    public double LatencyMilliseconds { get; init; }

    /// <summary>Up to how much is added to the latency, drawn anew for each slice or datagram. Bytes keep their order, datagrams with KeepOrder only.</summary>
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

    /// <summary>The probability that a byte is changed, or that one bit of a datagram is, 0 to 1.</summary>
    public double CorruptRate { get; init; }

    /// <summary>The probability that a datagram is lost, 0 to 1.</summary>
    public double LossRate { get; init; }

    /// <summary>How many datagrams are lost in a row, on average; without it each is lost or not by itself.</summary>
    public double? LossBurstLength { get; init; }

    /// <summary>The probability that a datagram comes twice, 0 to 1.</summary>
    public double DuplicateRate { get; init; }

    /// <summary>The probability that a datagram is held back and overtaken, 0 to 1.</summary>
    public double ReorderRate { get; init; }

    /// <summary>How many datagrams overtake one that is held back.</summary>
    public int? ReorderDistance { get; init; }

    /// <summary>How long a datagram is held back at most.</summary>
    public double? ReorderMilliseconds { get; init; }

    /// <summary>The probability that a datagram loses its end, 0 to 1.</summary>
    public double TruncateRate { get; init; }

    /// <summary>Whether jitter and changes of latency leave datagrams in their order.</summary>
    public bool KeepOrder { get; init; }

    /// <summary>How many bytes of datagrams wait in one direction of a client at most; more are dropped.</summary>
    public int? QueueBytes { get; init; }

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
            (nameof(LossRate), LossRate),
            (nameof(LossBurstLength), LossBurstLength),
            (nameof(TruncateRate), TruncateRate),
            (nameof(CorruptRate), CorruptRate),
            (nameof(DuplicateRate), DuplicateRate),
            (nameof(ReorderRate), ReorderRate),
            (nameof(ReorderDistance), ReorderDistance),
            (nameof(ReorderMilliseconds), ReorderMilliseconds),
            (nameof(KeepOrder), KeepOrder),
            (nameof(QueueBytes), QueueBytes),
            (nameof(Direction), Direction),
        ];
        return string.Join(' ', all.Where(p => p.Value is not (null or 0d or false or FaultDirection.Both))
            .Select(p => p.Value is true ? $"-{p.Name}" : FormattableString.Invariant($"-{p.Name} {p.Value}")));
    }

    internal bool Coalesces => CoalesceBytes is not null || CoalesceMilliseconds is not null;

    /// <summary>Whether bytes are written as they come, with nothing held and nothing divided.</summary>
    internal bool IsDirect => LatencyMilliseconds == 0 && JitterMilliseconds == 0 && BandwidthBytesPerSecond is null && SliceSize is null && !Coalesces;

    /// <summary>Whether datagrams wait for a time before they are passed on.</summary>
    internal bool DelaysDatagrams => LatencyMilliseconds > 0 || JitterMilliseconds > 0 || BandwidthBytesPerSecond is not null;

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

    /// <summary>These faults, when each can mean something to that transport.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>.</exception>
    internal NetFault Validated(NetTransport transport)
    {
        const string delay = "from 0 to 600000", rate = "a probability, from 0 to 1", count = "0 or more", positive = "1 or more";
        Check(nameof(LatencyMilliseconds), LatencyMilliseconds, LatencyMilliseconds is >= 0 and <= LongestDelay, delay);
        Check(nameof(JitterMilliseconds), JitterMilliseconds, JitterMilliseconds is >= 0 and <= LongestDelay, delay);
        Check(nameof(BandwidthBytesPerSecond), BandwidthBytesPerSecond, BandwidthBytesPerSecond is null or >= 1, positive);
        Check(nameof(CorruptRate), CorruptRate, IsRate(CorruptRate), rate);
        Check(nameof(Direction), Direction, Enum.IsDefined(Direction), "Both, ClientToServer or ServerToClient");

        CheckFor(NetTransport.Tcp, nameof(SliceSize), SliceSize, SliceSize is null or >= 1, positive);
        CheckFor(NetTransport.Tcp, nameof(CoalesceBytes), CoalesceBytes, CoalesceBytes is null or (>= 1 and <= MaximumCoalesceBytes), $"from 1 to {MaximumCoalesceBytes}");
        CheckFor(NetTransport.Tcp, nameof(CoalesceMilliseconds), CoalesceMilliseconds, CoalesceMilliseconds is null or (>= 0 and <= LongestDelay), delay);
        CheckFor(NetTransport.Tcp, nameof(CloseAfterBytes), CloseAfterBytes, CloseAfterBytes is null or >= 0, count);
        CheckFor(NetTransport.Tcp, nameof(ResetAfterBytes), ResetAfterBytes, ResetAfterBytes is null or >= 0, count);
        CheckFor(NetTransport.Tcp, nameof(StallAfterBytes), StallAfterBytes, StallAfterBytes is null or >= 0, count);

        CheckFor(NetTransport.Udp, nameof(LossRate), LossRate, IsRate(LossRate), rate);
        CheckFor(NetTransport.Udp, nameof(LossBurstLength), LossBurstLength, LossBurstLength is null or (>= 1 and <= 1_000_000), "from 1 to 1000000");
        CheckFor(NetTransport.Udp, nameof(DuplicateRate), DuplicateRate, IsRate(DuplicateRate), rate);
        CheckFor(NetTransport.Udp, nameof(ReorderRate), ReorderRate, IsRate(ReorderRate), rate);
        CheckFor(NetTransport.Udp, nameof(ReorderDistance), ReorderDistance, ReorderDistance is null or (>= 1 and <= MaximumReorderDistance), $"from 1 to {MaximumReorderDistance}");
        CheckFor(NetTransport.Udp, nameof(ReorderMilliseconds), ReorderMilliseconds, ReorderMilliseconds is null or (>= 0 and <= LongestDelay), delay);
        CheckFor(NetTransport.Udp, nameof(TruncateRate), TruncateRate, IsRate(TruncateRate), rate);
        CheckFor(NetTransport.Udp, nameof(KeepOrder), KeepOrder, true, "");
        CheckFor(NetTransport.Udp, nameof(QueueBytes), QueueBytes, QueueBytes is null or >= 1, positive);
        if (LossBurstLength is { } length && LossRate < 1 && LossRate > length / (length + 1))
        {
            // Between two bursts at least one datagram passes.
            throw new NetException(NetError.InvalidArgument,
                FormattableString.Invariant($"LossRate can't be {LossRate} with a LossBurstLength of {length}: bursts of that length, with one datagram between them, lose {length / (length + 1):0.###} of all. Lose less, or in longer bursts."), LossRate);
        }
        return this;

        static bool IsRate(double rate) => rate is >= 0 and <= 1;

        void CheckFor(NetTransport only, string name, object? value, bool valid, string allowed)
        {
            if (only != transport && value is not (null or 0d or false))
            {
                throw new NetException(NetError.InvalidArgument, transport == NetTransport.Udp
                    ? $"{name} is for streams: a UDP proxy passes whole datagrams on. Start-TcpFaultProxy has it."
                    : $"{name} is for datagrams: TCP repairs what a network does to them. Start-UdpFaultProxy has it.", value);
            }
            Check(name, value, valid, allowed);
        }

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
