using System.Collections;
using System.Net;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency;

/// <summary>A client of a TCP listener, as its handler sees it. What is public may be used from any thread.</summary>
public sealed class NetClient : IChannelHandler
{
    private readonly TcpServer _server;
    private readonly IPEndPoint _remote;
    private Hashtable? _state;
    private long _bytesReceived;
    private long _bytesSent;
    private long _messageCount;
    private long _lastServed;
    private bool _connected;

    internal NetClient(TcpServer server, long id, IPEndPoint remote)
    {
        _server = server;
        Id = id;
        _remote = remote;
    }

    /// <summary>1 for the listener's first client, and so on.</summary>
    public long Id { get; }

    public IPEndPoint RemoteEndPoint => _remote;

    public NetListener Listener => _server;

    public DateTimeOffset ConnectedAt { get; } = DateTimeOffset.Now;

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public long MessageCount => Interlocked.Read(ref _messageCount);

    /// <summary>A table for the handler's own use, kept as long as the client is connected.</summary>
    public Hashtable State => LazyInitializer.EnsureInitialized(ref _state, () => Hashtable.Synchronized([]));

    /// <summary>Sends bytes beside the replies, unframed.</summary>
    public void Send(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _server.Loop.Post(() => SendUnasked(data));
    }

    /// <summary>Sends text beside the replies, as UTF-8, unframed.</summary>
    public void Send(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Send(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Closes the connection once the message under way is answered and what was sent has gone out.</summary>
    public void Close() => _server.Loop.Post(() =>
    {
        CloseWhenIdle = true;
        CloseIfDrained();
    });

    public override string ToString() => _remote.ToString();

    /// <summary>The protocol's own record of this client; on the loop only.</summary>
    internal object? ProtocolState { get; set; }

    internal Channel Channel { get; private set; } = null!;

    internal TcpServer Server => _server;

    /// <summary>When the client last sent or took something, or the server last worked for it, in <see cref="Environment.TickCount64"/>.</summary>
    internal long LastActivity => Math.Max(_lastServed, _server.Protocol.LastActivity(this));

    internal bool CloseWhenIdle { get; set; }

    /// <summary>Whether its connection is closed, and counted so.</summary>
    internal bool HasLeft { get; set; }

    /// <summary>Whether a message of it is with the handler.</summary>
    internal bool HasWork { get; private set; }

    internal void BeginWork() => HasWork = true;

    internal void EndWork()
    {
        if (HasWork)
        {
            HasWork = false;
            _server.GivePlace(this);
        }
    }

    internal void Attach(Channel channel) => Channel = channel;

    /// <summary>The client waits for the server: it is idle from the end of that on, however long it took.</summary>
    internal void NoteServed(long now) => _lastServed = now;

    /// <summary>Sends at once; on the loop only. Its own name, so that no overload of <see cref="Send(byte[])"/> is taken by mistake.</summary>
    internal void SendOnLoop(ReadOnlySpan<byte> data)
    {
        Interlocked.Add(ref _bytesSent, data.Length);
        _server.CountSent(data.Length);
        Channel.Send(data);
    }

    /// <summary>Bytes of a client that is served over a stream, off the loop.</summary>
    internal void CountTransferred(int received, int sent)
    {
        if (received > 0)
        {
            Interlocked.Add(ref _bytesReceived, received);
            _server.CountReceived(received);
        }
        if (sent > 0)
        {
            Interlocked.Add(ref _bytesSent, sent);
            _server.CountSent(sent);
        }
    }

    internal void CountMessage()
    {
        Interlocked.Increment(ref _messageCount);
        _server.CountMessage();
    }

    /// <summary>The client broke a rule: it is an event, and the connection is closed.</summary>
    internal void Reject(Exception reason)
    {
        _server.Record(ListenerEventType.Error, ToString(), BytesReceived, reason.Message, reason);
        Channel.Close(linger: true);
    }

    /// <summary>
    /// Closes what a drain, or the handler's own Close, waited for. It lingers: what the client has sent after the message that
    /// was answered is unread, and a close over it would reset the connection and take the answer back.
    /// </summary>
    internal void CloseIfDrained()
    {
        if (CloseWhenIdle && !_server.Protocol.IsBusy(this))
        {
            Channel.Close(linger: true);
        }
    }

    // Nothing else bounds what the client did not ask for: it need not read, and the sender need not look.
    private void SendUnasked(byte[] data)
    {
        int pending = Channel.PendingBytes;
        if (pending > 0 && (long)pending + data.Length > _server.MaximumPendingBytes)
        {
            Channel.Abort(new NetException(NetError.MessageTooLarge,
                $"{this} does not read: {pending} bytes sent to it wait, and with {data.Length} more they would be over the limit of {_server.MaximumPendingBytes}. It was disconnected.", ToString()));
            return;
        }
        SendOnLoop(data);
    }

    void IChannelHandler.OnConnected(Channel channel)
    {
        Channel = channel;
        _connected = true;
        _server.Record(ListenerEventType.Connected, ToString());
        _server.Protocol.OnConnected(this);
    }

    void IChannelHandler.OnData(Channel channel, ReadOnlySpan<byte> data)
    {
        Interlocked.Add(ref _bytesReceived, data.Length);
        _server.CountReceived(data.Length);
        _server.Protocol.OnData(this, data);
    }

    void IChannelHandler.OnInputEnded(Channel channel) => _server.Protocol.OnInputEnded(this);

    void IChannelHandler.OnDrained(Channel channel)
    {
        _server.Protocol.OnDrained(this);
        CloseIfDrained();
    }

    void IChannelHandler.OnClosed(Channel channel, Exception? reason)
    {
        if (_connected)
        {
            _server.Protocol.OnClosed(this, reason);
        }
        _server.Leave(this, reason);
    }
}
