using System.Net;

namespace PSNetConcurrency;

/// <summary>
/// What a time server told. Where there is a <see cref="Problem"/> it is not usable, and tells neither a time nor an offset;
/// what it sent is still there to be looked at.
/// </summary>
public sealed record NetworkTime
{
    /// <summary>The server as it was asked for: a name or an address.</summary>
    public required string Server { get; init; }

    /// <summary>The address and port that was asked last; null where the name has none.</summary>
    public IPEndPoint? RemoteEndPoint { get; init; }

    /// <summary>The server again; binds to -ComputerName by property name.</summary>
    public string ComputerName => Server;

    /// <summary>The port that was asked; binds to -Port by property name.</summary>
    public required int Port { get; init; }

    public required TimeServiceKind Protocol { get; init; }

    public NetTransport Transport { get; init; } = NetTransport.Udp;

    /// <summary>The time by the server's clock when its answer arrived (T4 + Offset), in this machine's time zone; null where it is not usable.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>How far the server's clock is ahead of this machine's; null where it is not usable. Of Time and Daytime, which tell whole seconds, half a second is added for what they leave out.</summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>How long the packets were on their way, there and back.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>How wrong the offset can be at most, if the server and those above it tell the truth (RFC 5905, root synchronization distance).</summary>
    public TimeSpan? RootDistance { get; init; }

    /// <summary>The offsets that are possible: Offset ± RootDistance, RFC 5905's correctness interval.</summary>
    public OffsetInterval? Interval => Offset is { } offset && RootDistance is { } distance ? new OffsetInterval(offset - distance, offset + distance) : null;

    /// <summary>How many servers away the reference clock is: 1 is a server that has one itself. Null for other protocols than NTP.</summary>
    public int? Stratum { get; init; }

    /// <summary>What the server has its time from: the name of a clock at stratum 1, else the IPv4 address, or a hash of the IPv6 address, of its server.</summary>
    public string? ReferenceId { get; init; }

    public LeapIndicator? LeapIndicator { get; init; }

    /// <summary>What the server's clock resolves, as a power of 2 in seconds: -20 is a microsecond.</summary>
    public int? Precision { get; init; }

    /// <summary>The delay, there and back, from the server to the reference clock.</summary>
    public TimeSpan? RootDelay { get; init; }

    /// <summary>How wrong the server holds its own clock possible to be, beside the delay.</summary>
    public TimeSpan? RootDispersion { get; init; }

    /// <summary>When the request left, by this machine's clock. It is never sent: the request carries a random number in its place.</summary>
    public DateTimeOffset? T1 { get; init; }

    /// <summary>When the request arrived, by the server's clock.</summary>
    public DateTimeOffset? T2 { get; init; }

    /// <summary>When the answer left, by the server's clock.</summary>
    public DateTimeOffset? T3 { get; init; }

    /// <summary>When the answer arrived, by this machine's clock; on Linux as the kernel noted it.</summary>
    public DateTimeOffset? T4 { get; init; }

    /// <summary>How far the offsets of several samples lie from that of the best (root mean square); null of one sample.</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>How many requests were sent.</summary>
    public int Sent { get; init; }

    /// <summary>How many of them were answered with a time that could be used. The one with the least delay is told.</summary>
    public int Received { get; init; }

    /// <summary>Datagrams that answered nothing that was asked: forged, replayed, late or broken. None of them is believed.</summary>
    public int Discarded { get; init; }

    /// <summary>The code with which the server wants to be left in peace (RFC 5905, 7.4), such as RATE, DENY or RSTR; null for none.</summary>
    public string? KissCode { get; init; }

    /// <summary>Whether it tells a time that can be used: there is no problem.</summary>
    public bool IsUsable => Problem.Length == 0;

    /// <summary>Why it can't be used: a word that never changes, a colon, and what happened.</summary>
    public string[] Problem { get; init; } = [];

    public override string ToString() => IsUsable ? $"{Name} {TimeWords.WithSign(Offset!.Value)}" : $"{Name} {Problem[0]}";

    /// <summary>The server as messages name it.</summary>
    internal string Name => $"{Server}:{Port}";
}
