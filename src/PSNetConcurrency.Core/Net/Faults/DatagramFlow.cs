using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>A client of the proxy with the socket that it has towards the target: what comes there is for that client.</summary>
internal sealed class DatagramFlow : IDatagramHandler
{
    private readonly UdpFaultProxyService _proxy;
    private readonly byte[] _client;
    private readonly DatagramPipe _up;
    private readonly DatagramPipe _down;
    private readonly DatagramChannel _target;

    public DatagramFlow(UdpFaultProxyService proxy, EventLoop loop, DelayQueue delays, long number, DatagramAddress client, Socket target)
    {
        _proxy = proxy;
        Number = number;
        _client = client.Bytes.ToArray();
        Name = client.ToEndPoint().ToString();
        _up = new DatagramPipe(this, FaultDirection.ClientToServer, proxy, delays);
        _down = new DatagramPipe(this, FaultDirection.ServerToClient, proxy, delays);
        _target = loop.Bind(target, this);
        LastActivity = Environment.TickCount64;
    }

    /// <summary>1 for the proxy's first.</summary>
    public long Number { get; }

    /// <summary>The client's address and port.</summary>
    public string Name { get; }

    /// <summary>When something last came from either side.</summary>
    public long LastActivity { get; private set; }

    /// <summary>Bytes that came from the client.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Whether datagrams of it wait.</summary>
    public bool IsBusy => _up.Waiting > 0 || _down.Waiting > 0;

    public void ClientData(ReadOnlySpan<byte> data)
    {
        LastActivity = Environment.TickCount64;
        BytesReceived += data.Length;
        _up.Take(data);
    }

    public void FreeLink()
    {
        _up.FreeLink();
        _down.FreeLink();
    }

    /// <summary>Passes a datagram on; false when the system would not send it.</summary>
    public bool Send(FaultDirection direction, ReadOnlySpan<byte> data)
    {
        if (direction == FaultDirection.ServerToClient)
        {
            return _proxy.SendToClient(data, new DatagramAddress(_client));
        }
        if (TrySend(data))
        {
            return true;
        }
        if (!IsRefusal(_target.LastSendError))
        {
            return false;
        }
        // The system told of an earlier datagram instead of sending this one.
        _proxy.TargetFailed(this, _target.LastSendError);
        return TrySend(data);
    }

    public void Close() => _target.Dispose();

    void IDatagramHandler.OnDatagram(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        LastActivity = Environment.TickCount64;
        _proxy.TargetAnswered();
        _down.Take(data);
    }

    void IDatagramHandler.OnError(DatagramChannel channel, SocketError error) => _proxy.TargetFailed(this, error);

    private static bool IsRefusal(SocketError error) => error is SocketError.ConnectionRefused or SocketError.ConnectionReset
        or SocketError.HostUnreachable or SocketError.NetworkUnreachable;

    private bool TrySend(ReadOnlySpan<byte> data)
    {
        long failures = _target.SendFailures;
        _target.Send(data, default(DatagramAddress));
        return _target.SendFailures == failures;
    }
}
