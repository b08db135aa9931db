using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>Receives datagrams from anyone, at a port of this machine or from a group.</summary>
public sealed class UdpReceiver : IDisposable
{
    private readonly UdpSocket _socket;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(UdpSocket.BufferSize);
    private readonly SocketAddress _from;
    private readonly IPEndPoint _any = new(IPAddress.Any, 0);
    private readonly IPEndPoint _any6 = new(IPAddress.IPv6Any, 0);
    private readonly Encoding _encoding;
    private readonly int _maximumBytes;
    private IPEndPoint? _last;

    /// <exception cref="NetException">The port is in use, the address is not local, or the group can't be joined.</exception>
    public UdpReceiver(IPAddress address, UdpOptions options, Encoding encoding, int maximumBytes)
        : this(UdpSocket.Listen(address, options), encoding, maximumBytes)
    {
    }

    internal UdpReceiver(UdpSocket socket, Encoding encoding, int maximumBytes)
    {
        _socket = socket;
        _encoding = encoding;
        _maximumBytes = maximumBytes;
        LocalEndPoint = socket.LocalEndPoint;
        _from = new SocketAddress(LocalEndPoint.AddressFamily);
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Ends a wait of another thread, now and from now on.</summary>
    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();

    /// <summary>Waits for the next datagram until a moment of <see cref="Stopwatch.GetTimestamp"/> (<see cref="long.MaxValue"/>: for ever); null when none came.</summary>
    /// <param name="deadline">The moment.</param>
    /// <param name="idle">Called when nothing comes at once; returns whether to be called again in half a second.</param>
    /// <exception cref="OperationCanceledException">It was aborted.</exception>
    /// <exception cref="NetException">The system reported a failure.</exception>
    public UdpDatagram? Receive(long deadline, Func<bool>? idle = null)
    {
        while (true)
        {
            switch (_socket.Receive(_buffer, deadline, idle, out int length, _from))
            {
                case SocketError.Success:
                    return new UdpDatagram(_buffer.AsSpan(0, Math.Min(length, _maximumBytes)).ToArray(), length, Sender(), LocalEndPoint, _encoding, DateTimeOffset.Now) { Receiver = _socket };
                case SocketError.TimedOut:
                    return null;
                case SocketError.OperationAborted:
                    throw new OperationCanceledException();
                case SocketError.ConnectionRefused:
                    // An answer sent from here found no taker: no matter of this receiver.
                    continue;
                case SocketError error:
                    throw UdpSocket.Describe(error, LocalEndPoint.ToString());
            }
        }
    }

    // Most datagrams come from where the last one came from.
    private IPEndPoint Sender()
    {
        IPEndPoint sender = (IPEndPoint)(_from.Family == AddressFamily.InterNetworkV6 ? _any6 : _any).Create(_from);
        if (sender.Address.IsIPv4MappedToIPv6)
        {
            sender = new IPEndPoint(sender.Address.MapToIPv4(), sender.Port);
        }
        return _last = sender.Equals(_last) ? _last : sender;
    }
}
