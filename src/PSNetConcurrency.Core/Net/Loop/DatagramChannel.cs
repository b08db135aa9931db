using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>What a <see cref="DatagramChannel"/> does with what it gets; called on the loop.</summary>
public interface IDatagramHandler
{
    /// <summary>A datagram has come; data and address are valid during the call only.</summary>
    void OnDatagram(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from);

    /// <summary>The system told of an error, such as an ICMP message to a connected socket. The channel goes on.</summary>
    void OnError(DatagramChannel channel, SocketError error);
}

/// <summary>A UDP socket on an <see cref="EventLoop"/>. Members may be called on the loop only; other threads use <see cref="EventLoop.Post"/>.</summary>
public abstract class DatagramChannel : IDisposable
{
    /// <summary>How many bytes may wait for the system to take them; a datagram beyond that is dropped, as a network would.</summary>
    protected const int MaximumWaitingBytes = 4 * 1024 * 1024;

    private readonly Queue<(byte[] Data, byte[] Address)> _waiting = new();
    private int _waitingBytes;

    protected DatagramChannel(EventLoop loop, Socket socket, IDatagramHandler handler)
    {
        Loop = loop;
        Socket = socket;
        Handler = handler;
        Family = socket.AddressFamily;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    public EventLoop Loop { get; }

    public IDatagramHandler Handler { get; }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Datagrams that were not sent: the system refused them, or too many waited.</summary>
    public long SendFailures { get; private set; }

    /// <summary>Why the last of them was not.</summary>
    public SocketError LastSendError { get; private set; }

    public bool IsClosed { get; private set; }

    protected Socket Socket { get; }

    protected AddressFamily Family { get; }

    /// <summary>Whether datagrams wait for the system to take them.</summary>
    protected bool HasWaiting => _waiting.Count > 0;

    /// <summary>Sends a datagram; what the system does not take at once is copied and sent as soon as it does. An empty address: to the peer the socket is connected to.</summary>
    public abstract void Send(ReadOnlySpan<byte> data, DatagramAddress to);

    /// <summary>Sends a datagram.</summary>
    public void Send(ReadOnlySpan<byte> data, IPEndPoint to)
    {
        Span<byte> address = stackalloc byte[DatagramAddress.MaximumLength];
        int length = DatagramAddress.Write(to, Family, address);
        Send(data, new DatagramAddress(address[..length]));
    }

    /// <summary>Closes the socket; nothing is received any more, and what waited is lost.</summary>
    public void Dispose()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            _waiting.Clear();
            Loop.Detached(this);
            Close();
        }
        GC.SuppressFinalize(this);
    }

    protected abstract void Close();

    /// <summary>Gives one datagram to the system.</summary>
    protected abstract SocketError TrySend(ReadOnlySpan<byte> data, DatagramAddress to);

    /// <summary>Keeps a datagram until the system takes more.</summary>
    protected void Wait(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        if (_waitingBytes + data.Length > MaximumWaitingBytes)
        {
            Failed(SocketError.NoBufferSpaceAvailable);
            return;
        }
        _waitingBytes += data.Length;
        _waiting.Enqueue((data.ToArray(), to.Bytes.ToArray()));
    }

    /// <summary>Sends what waits, for as long as the system takes it; false when some still waits.</summary>
    protected bool SendWaiting()
    {
        while (_waiting.TryPeek(out (byte[] Data, byte[] Address) next))
        {
            SocketError error = TrySend(next.Data, new DatagramAddress(next.Address));
            if (error == SocketError.WouldBlock)
            {
                return false;
            }
            _waiting.Dequeue();
            _waitingBytes -= next.Data.Length;
            if (error != SocketError.Success)
            {
                Failed(error);
            }
        }
        return true;
    }

    protected void Failed(SocketError error)
    {
        SendFailures++;
        LastSendError = error;
    }

    /// <summary>Hands a datagram to the handler; a bug there costs that datagram.</summary>
    protected void Deliver(ReadOnlySpan<byte> data, DatagramAddress from)
    {
        try
        {
            Handler.OnDatagram(this, data, from);
        }
        catch (Exception e)
        {
            EventLoop.Report(e);
        }
    }
}
