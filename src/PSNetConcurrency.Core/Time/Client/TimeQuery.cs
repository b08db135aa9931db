using PSNetConcurrency.Core.Net.Server.Services;

namespace PSNetConcurrency.Core.Time;

/// <summary>What to ask a server, and how.</summary>
public sealed record TimeQuery
{
    public required string Server { get; init; }

    /// <summary>The port, or 0 for the protocol's own.</summary>
    public int Port { get; init; }

    public TimeServiceKind Protocol { get; init; }

    /// <summary>For Time and Daytime; NTP is always over UDP.</summary>
    public NetTransport Transport { get; init; } = NetTransport.Udp;

    /// <summary>How many requests to send; the answer with the least delay counts.</summary>
    public int Count { get; init; } = 1;

    /// <summary>From an answer to the next request; null for <see cref="PoliteInterval"/>, or <see cref="LoopbackInterval"/> to this machine.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>How long to wait for each answer, and to find the addresses of the name.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What public servers take without asking to be left in peace: the spacing of a burst in RFC 5905.</summary>
    public static TimeSpan PoliteInterval { get; } = TimeSpan.FromSeconds(2);

    public static TimeSpan LoopbackInterval { get; } = TimeSpan.FromMilliseconds(1);

    internal int PortToAsk => Port != 0 ? Port : Protocol switch
    {
        TimeServiceKind.Time => TimeProtocol.StandardPort,
        TimeServiceKind.Daytime => DaytimeProtocol.StandardPort,
        _ => NtpPacket.StandardPort,
    };
}
