using System.Text;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>How messages are exchanged with a UDP server, or with whoever answers a broadcast or a group.</summary>
public sealed record UdpExchangeOptions
{
    /// <summary>The server, the broadcast address or the group, as results name it.</summary>
    public required string ComputerName { get; init; }

    public required int Port { get; init; }

    /// <summary>How long an exchange may take, all retries included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a message is sent again when no reply comes.</summary>
    public int RetryCount { get; init; }

    /// <summary>How many replies to wait for; 0 to send only.</summary>
    public int ReplyCount { get; init; } = 1;

    /// <summary>Whoever gets the message may reply: a broadcast or a group. Then fewer replies than asked for are no time-out.</summary>
    public bool FromAnyone { get; init; }

    /// <summary>Each exchange has a socket, and so a port, of its own.</summary>
    public bool NewSocket { get; init; }

    /// <summary>Whether a datagram is a reply to the message; null to take any.</summary>
    public Func<UdpDatagram, object?, bool>? Filter { get; init; }

    public UdpOptions Socket { get; init; } = new();

    public Encoding Encoding { get; init; } = new UTF8Encoding(false);
}
