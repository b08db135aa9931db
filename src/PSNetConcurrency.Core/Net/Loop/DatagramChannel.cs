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

    /// <summary>The datagrams that had come are all told: the time to hand on what was gathered from them.</summary>
    void OnBatchEnded(DatagramChannel channel)
    {
    }

    /// <summary>A datagram was not sent: the system refused it, or too many waited. <see cref="DatagramChannel.SendFailures"/> counts them.</summary>
    void OnSendFailed(DatagramChannel channel, SocketError error)
    {
    }
}

/// <summary>A UDP socket on an <see cref="EventLoop"/>. Members may be called on the loop only; other threads use <see cref="EventLoop.Post"/>.</summary>
public abstract class DatagramChannel : IDisposable
{
    /// <summary>How many bytes may wait for the system to take them; a datagram beyond that is dropped, as a network would.</summary>
    protected const int MaximumWaitingBytes = 4 * 1024 * 1024;

    // What a datagram takes beside its bytes, so that empty ones are bounded too.
    private const int WaitingOverhead = 128;

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

    /// <summary>Whether what is sent now goes out only when the datagrams that came together have all been told.</summary>
    public virtual bool DefersSending => false;

    /// <summary>
    /// When the datagram that is being told came, by this machine's clock, in ticks of UTC, as the system noted it; 0 where it
    /// does not, or was not asked to by <see cref="TakeReceiveTimes"/>.
    /// </summary>
    public long ReceivedAt { get; protected set; }

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

    /// <summary>Has the system note when datagrams come, where it can: then what waits in its queue does not look late.</summary>
    public virtual void TakeReceiveTimes()
    {
    }

    /// <summary>As <see cref="Send(ReadOnlySpan{byte}, DatagramAddress)"/>, with a few others at most where sending is deferred: for what tells the time.</summary>
    public virtual void SendPromptly(ReadOnlySpan<byte> data, DatagramAddress to) => Send(data, to);

    /// <summary>Closes the socket; nothing is received any more, and what waited is lost.</summary>
    public void Dispose()
    {
        if (!IsClosed)
        {
            Closing();
            IsClosed = true;
            _waiting.Clear();
            Loop.Detached(this);
            Close();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>The last moment to send what a handler asked for before it closed the channel.</summary>
    protected virtual void Closing()
    {
    }

    protected abstract void Close();

    /// <summary>Gives one datagram to the system.</summary>
    protected abstract SocketError TrySend(ReadOnlySpan<byte> data, DatagramAddress to);

    /// <summary>Keeps a datagram until the system takes more.</summary>
    protected void Wait(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        if (_waitingBytes + data.Length + WaitingOverhead > MaximumWaitingBytes)
        {
            Failed(SocketError.NoBufferSpaceAvailable);
            return;
        }
        _waitingBytes += data.Length + WaitingOverhead;
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
            _waitingBytes -= next.Data.Length + WaitingOverhead;
            if (error != SocketError.Success)
            {
                Failed(error);
            }
        }
        return true;
    }

    /// <summary>The datagrams of one reading are all delivered.</summary>
    protected void BatchEnded()
    {
        try
        {
            Handler.OnBatchEnded(this);
        }
        catch (Exception e)
        {
            EventLoop.Report(e);
        }
    }

    protected void Failed(SocketError error)
    {
        SendFailures++;
        LastSendError = error;
        try
        {
            Handler.OnSendFailed(this, error);
        }
        catch (Exception e)
        {
            EventLoop.Report(e);
        }
    }

    /// <summary>Tells the handler of an error; a bug there must not end the reading.</summary>
    protected void Tell(SocketError error)
    {
        try
        {
            if (!IsClosed)
            {
                Handler.OnError(this, error);
            }
        }
        catch (Exception e)
        {
            EventLoop.Report(e);
        }
    }

    /// <summary>Whether an error that a call tells is about an earlier datagram (an ICMP answer to a connected socket), so that the call is to be made again.</summary>
    protected static bool IsOfEarlier(SocketError error) =>
        error is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown;

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
