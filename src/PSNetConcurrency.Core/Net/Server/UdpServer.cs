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
    private readonly UdpServerOptions _options;
    private readonly bool _filters;
    private DatagramChannel? _channel;
    private bool _draining;
    private bool _released;

    private protected UdpServer(string kind, UdpServerOptions options, DatagramService service, Socket socket)
        : base(kind, options.Name, (IPEndPoint)socket.LocalEndPoint!, NetTransport.Udp)
    {
        _options = options;
        _filters = options.Allow.Count > 0 || options.Deny.Count > 0;
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
        Socket socket = UdpBinding.Bind(options.Address, options.Port, options.Broadcast);
        T server;
        try
        {
            server = create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        server.Record(ListenerEventType.Started);
        server.Loop.Post(() =>
        {
            server._channel = server.Loop.Bind(socket, server);
            server.Service.OnStarted(server);
        });
        return server;
    }

    [MethodImpl(HotPath.Options)]
    void IDatagramHandler.OnDatagram(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        if (_filters && !IsAllowed(from))
        {
            CountRefused();
            return;
        }
        CountReceived(data.Length);
        CountMessage();
        Service.OnDatagram(this, data, from);
    }

    void IDatagramHandler.OnError(DatagramChannel channel, SocketError error) =>
        Record(ListenerEventType.Error, error: new NetException(NetError.SocketFailure, $"{LocalEndPoint}: {new SocketException((int)error).Message}.", LocalEndPoint.ToString()));

    /// <summary>Sends a datagram; on the loop only.</summary>
    [MethodImpl(HotPath.Options)]
    internal void Send(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        CountSent(data.Length);
        _channel!.Send(data, to);
    }

    /// <summary>Sends a datagram; on the loop only. Nothing once it has stopped.</summary>
    internal void Send(ReadOnlySpan<byte> data, IPEndPoint to)
    {
        if (_channel is { } channel)
        {
            CountSent(data.Length);
            channel.Send(data, to);
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

    private bool IsAllowed(DatagramAddress from)
    {
        IPAddress address = from.ToEndPoint().Address;
        return !_options.Deny.Any(n => n.Contains(address)) && (_options.Allow.Count == 0 || _options.Allow.Any(n => n.Contains(address)));
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
