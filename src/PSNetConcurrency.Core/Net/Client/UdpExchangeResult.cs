using System.Net;
using System.Text;

namespace PSNetConcurrency;

/// <summary>What came of an exchange over UDP.</summary>
public enum UdpExchangeStatus
{
    /// <summary>A reply came.</summary>
    Replied,

    /// <summary>No reply, or not as many as were asked for, came in the time.</summary>
    TimedOut,

    /// <summary>The host answered that nothing listens on that UDP port.</summary>
    Refused,

    /// <summary>No way leads to the host, or a router said so.</summary>
    Unreachable,

    /// <summary>Sent, and no reply was asked for.</summary>
    Sent,
}

/// <summary>A message sent over UDP and its reply, or why there is none.</summary>
public sealed class UdpExchangeResult
{
    private readonly Encoding _encoding;
    private string? _text;

    internal UdpExchangeResult(Encoding encoding) => _encoding = encoding;

    /// <summary>The server, as it was named.</summary>
    public required string ComputerName { get; init; }

    public required int Port { get; init; }

    public required UdpExchangeStatus Status { get; init; }

    /// <summary>The message.</summary>
    public object? Sent { get; init; }

    /// <summary>The reply's bytes; null for none.</summary>
    public byte[]? Reply { get; init; }

    /// <summary>The reply as text; null for none.</summary>
    public string? Text => Reply is null ? null : _text ??= _encoding.GetString(Reply);

    /// <summary>Who replied; without a reply, who was asked last.</summary>
    public IPEndPoint? RemoteEndPoint { get; init; }

    /// <summary>Where the message was sent from.</summary>
    public IPEndPoint? LocalEndPoint { get; init; }

    /// <summary>From the last send of the message to the reply; null without one. After a retry nobody can tell which send it answers.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>How often the message had been sent by then.</summary>
    public int Attempt { get; init; }

    public override string ToString() => Text ?? Status.ToString();
}
