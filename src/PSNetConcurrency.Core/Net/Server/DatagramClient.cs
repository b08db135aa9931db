using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency;

/// <summary>Who sent a datagram to a UDP listener, as its handler sees it. There is no connection: it is only an address. May be used from any thread, and kept.</summary>
public sealed class DatagramClient
{
    private readonly UdpServer _server;

    internal DatagramClient(UdpServer server, IPEndPoint remote)
    {
        _server = server;
        RemoteEndPoint = remote;
    }

    public IPEndPoint RemoteEndPoint { get; }

    public NetListener Listener => _server;

    /// <summary>The sender's address; binds to -ComputerName by property name.</summary>
    public string ComputerName => RemoteEndPoint.Address.ToString();

    public int Port => RemoteEndPoint.Port;

    /// <summary>When the datagram came.</summary>
    public DateTimeOffset ReceivedAt { get; } = DateTimeOffset.Now;

    /// <summary>Sends a datagram beside the replies, from the listener's port.</summary>
    /// <exception cref="NetException"><see cref="NetError.MessageTooLarge"/>: no datagram holds so much.</exception>
    public void Send(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (TooLarge(data.Length) is { } failure)
        {
            throw failure;
        }
        _server.Loop.Post(() => _server.Send(data, RemoteEndPoint));
    }

    /// <summary>Sends text as a datagram beside the replies, as UTF-8, from the listener's port.</summary>
    /// <exception cref="NetException"><see cref="NetError.MessageTooLarge"/>: no datagram holds so much.</exception>
    public void Send(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Send(Encoding.UTF8.GetBytes(text));
    }

    public override string ToString() => RemoteEndPoint.ToString();

    /// <summary>Why a reply of that length can't be sent; null when it can.</summary>
    internal NetException? TooLarge(int length)
    {
        int maximum = RemoteEndPoint.AddressFamily == AddressFamily.InterNetwork ? UdpServerOptions.MaximumPayloadIPv4 : UdpServerOptions.MaximumPayloadIPv6;
        return length <= maximum ? null
            : new NetException(NetError.MessageTooLarge, $"A reply of {length} bytes to {this} was not sent: a datagram holds {maximum} at most. Send it in parts.", ToString());
    }
}
