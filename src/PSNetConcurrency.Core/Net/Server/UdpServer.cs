using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>
/// The listener engine of every UDP server: binds, filters, counts, keeps events, drains and stops. What is done with the
/// datagrams is the <see cref="DatagramService"/>'s.
/// </summary>
public class UdpServer : NetListener, IDatagramHandler
{
    private readonly AddressFilter _filter;
    private readonly EventThrottle _refusals = new();
    private readonly EventThrottle _errors = new();
    private readonly EventThrottle _sendFailures = new();
    private DatagramChannel? _channel;
    private long _messages;
    private long _received;
    private long _sent;
    private bool _draining;
    private bool _released;

    private protected UdpServer(string kind, UdpServerOptions options, DatagramService service, Socket socket)
        : base(kind, options.Name, (IPEndPoint)socket.LocalEndPoint!, NetTransport.Udp, options.IsPart)
    {
        _filter = new AddressFilter(options.Allow, options.Deny);
        Service = service;
        Loop = options.Loop ?? LoopGroup.Rent();
    }

    internal EventLoop Loop { get; }

    internal DatagramService Service { get; }

    /// <summary>The socket on the loop; null before it serves and after it has stopped. On the loop only.</summary>
    internal DatagramChannel? Channel => _channel;

    /// <summary>Binds and begins to serve.</summary>
    /// <exception cref="NetException">The port is in use, needs rights, or the address is not this machine's.</exception>
    public static UdpServer Start(string kind, UdpServerOptions options, DatagramService service) =>
        Start(options, socket => new UdpServer(kind, options, service, socket));

    /// <summary>Binds, and begins to serve with the server that is made for the socket: a kind with properties of its own.</summary>
    private protected static T Start<T>(UdpServerOptions options, Func<Socket, T> create) where T : UdpServer
    {
        Socket socket = UdpBinding.Bind(options.Address, options.Port, options.Broadcast, options.MulticastGroups);
        T server = Make(socket, create);
        server.Loop.Post(() => server.Serve(socket));
        return server;
    }

    [MethodImpl(HotPath.Options)]
    void IDatagramHandler.OnDatagram(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        if (_draining && !Service.TakesWhileDraining)
        {
            return;
        }
        if (!_filter.IsEmpty && !_filter.Admits(from))
        {
            Refuse(from, "Its address is denied or not allowed.");
            return;
        }
        _messages++;
        _received += data.Length;
        Service.OnDatagram(this, data, from);
    }

    // Once for all the datagrams that came together.
    void IDatagramHandler.OnBatchEnded(DatagramChannel channel) => HandOver();

    void IDatagramHandler.OnError(DatagramChannel channel, SocketError error) => RecordError(_errors, error, "");

    void IDatagramHandler.OnSendFailed(DatagramChannel channel, SocketError error) => RecordError(_sendFailures, error, "a datagram was not sent: ");

    /// <summary>Sends a datagram; on the loop only. Nothing once it has stopped.</summary>
    [MethodImpl(HotPath.Options)]
    internal void Send(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        if (_channel is { } channel)
        {
            CountSending(channel, data.Length);
            channel.Send(data, to);
        }
    }

    /// <summary>Sends a datagram; on the loop only. Nothing once it has stopped.</summary>
    internal void Send(ReadOnlySpan<byte> data, IPEndPoint to)
    {
        if (_channel is { } channel)
        {
            CountSending(channel, data.Length);
            channel.Send(data, to);
        }
    }

    /// <summary>Sends a datagram within some microseconds, also where many others came together with it: for what tells the time.</summary>
    [MethodImpl(HotPath.Options)]
    internal void SendPromptly(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        if (_channel is { } channel)
        {
            _sent += data.Length;
            HandOver();
            channel.SendPromptly(data, to);
        }
    }

    /// <summary>Whether it is one of the networks that -Allow names.</summary>
    internal bool IsNamedAllowed(DatagramAddress from) => _filter.Names(from);

    /// <summary>Drops a datagram: it is counted, and an event at most once a second. On the loop only.</summary>
    internal void Refuse(DatagramAddress from, string reason)
    {
        CountRefused();
        if (_refusals.Pass(out long held))
        {
            Record(ListenerEventType.Refused, from.ToEndPoint().ToString(), message: reason + EventThrottle.Words(held));
        }
    }

    /// <summary>What kept a drain waiting may be over; on the loop only.</summary>
    internal void ReleaseWhenIdle()
    {
        if (_draining && !Service.IsBusy)
        {
            Release();
        }
    }

    protected override void BeginStop(TimeSpan drain) => Loop.Post(() =>
    {
        if (_released)
        {
            return;
        }
        if (drain > TimeSpan.Zero && Service.IsBusy)
        {
            _draining = true;
            Loop.Schedule(drain, static s => ((UdpServer)s!).Release(), this);
            return;
        }
        Release();
    });

    private void Serve(Socket socket)
    {
        try
        {
            _channel = Loop.Bind(socket, this);
            Service.OnStarted(this);
        }
        catch (Exception e)
        {
            // It can't serve: who waits for it is told, and the port is free again.
            Record(ListenerEventType.Error, message: e.Message, error: e);
            if (_channel is null)
            {
                socket.Dispose();
            }
            Release();
        }
    }

    private void CountSending(DatagramChannel channel, int length)
    {
        _sent += length;
        // Who has a reply finds it counted.
        if (!channel.DefersSending)
        {
            HandOver();
        }
    }

    private void HandOver()
    {
        if ((_messages | _received | _sent) != 0)
        {
            CountDatagrams(_messages, _received, _sent);
            _messages = _received = _sent = 0;
        }
    }

    private void RecordError(EventThrottle throttle, SocketError error, string what)
    {
        if (throttle.Pass(out long held))
        {
            string words = $"{LocalEndPoint}: {what}{new SocketException((int)error).Message}.{EventThrottle.Words(held)}";
            Record(ListenerEventType.Error, message: words, error: new NetException(NetError.SocketFailure, words, LocalEndPoint.ToString()));
        }
    }

    private void Release()
    {
        if (_released)
        {
            return;
        }
        _released = true;
        Guarded(() => Service.OnStopping(this));
        _channel?.Dispose();
        _channel = null;
        HandOver();
        // Off the loop, which ends here if nobody else uses it.
        ThreadPool.UnsafeQueueUserWorkItem(static server => _ = server.EndAsync(), this, preferLocal: false);
    }

    private async Task EndAsync()
    {
        LoopGroup.Return(Loop);
        try
        {
            await Service.OnStoppedAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Record(ListenerEventType.Error, message: e.Message, error: e);
        }
        MarkStopped();
    }

    // A listener that is over must not end the process.
    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            Record(ListenerEventType.Error, message: e.Message, error: e);
        }
    }
}
