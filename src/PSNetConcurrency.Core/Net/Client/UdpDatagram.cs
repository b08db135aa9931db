using System.Net;
using System.Text;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency;

/// <summary>A datagram that was received.</summary>
public sealed class UdpDatagram
{
    private string? _text;

    internal UdpDatagram(byte[] data, int length, IPEndPoint remote, IPEndPoint local, Encoding encoding, DateTimeOffset receivedAt)
    {
        Data = data;
        Length = length;
        RemoteEndPoint = remote;
        LocalEndPoint = local;
        Encoding = encoding;
        ReceivedAt = receivedAt;
    }

    /// <summary>The bytes.</summary>
    public byte[] Data { get; }

    /// <summary>The bytes as text.</summary>
    public string Text => _text ??= Encoding.GetString(Data);

    /// <summary>Who sent it.</summary>
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>Where it was received.</summary>
    public IPEndPoint LocalEndPoint { get; }

    public DateTimeOffset ReceivedAt { get; }

    /// <summary>How many bytes were sent; more than <see cref="Data"/> has where it is <see cref="Truncated"/>.</summary>
    public int Length { get; }

    /// <summary>It was longer than what may be kept of one.</summary>
    public bool Truncated => Length > Data.Length;

    /// <summary>The sender's address, as a cmdlet that answers wants it.</summary>
    public string ComputerName => RemoteEndPoint.Address.ToString();

    /// <summary>The sender's port.</summary>
    public int Port => RemoteEndPoint.Port;

    internal Encoding Encoding { get; }

    /// <summary>What received it: an answer goes out from there, so that it comes from the port that was asked.</summary>
    internal UdpSocket? Receiver { get; init; }

    public override string ToString() => Text;
}
