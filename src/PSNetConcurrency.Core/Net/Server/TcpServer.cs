using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>
/// The listener engine of every TCP server: binds, accepts within its limits, adds TLS, disconnects the idle, keeps events,
/// drains and stops. What is done with the bytes is the <see cref="ServerProtocol"/>'s.
/// </summary>
public class TcpServer : NetListener, IAcceptor
{
    private readonly TcpServerOptions _options;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly HashSet<NetClient> _clients = [];
    private IDisposable? _acceptor;
    private long _lastClientId;
    private readonly AddressFilter _filter;
    private readonly ClientPlaces _places;
    private readonly EventThrottle _refusals = new();
    private bool _stopping;
    private bool _released;
    private bool _acceptFailing;

    private protected TcpServer(string kind, TcpServerOptions options, ServerProtocol protocol, Socket socket)
        : base(kind, options.Name, (IPEndPoint)socket.LocalEndPoint!, isPart: options.IsPart)
    {
        _options = options;
        _filter = new AddressFilter(options.Allow, options.Deny);
        _places = new ClientPlaces(options.MaximumConnection, options.MaximumConnectionPerAddress);
        Protocol = protocol;
        if (options.Certificate is not null)
        {
            _tls = ServerCertificate.ServerOptions(options.Certificate, options.AllowedThumbprints);
            CertificateThumbprint = ServerCertificate.Thumbprint(options.Certificate);
        }
        Loop = options.Loop ?? LoopGroup.Rent();
    }

    internal EventLoop Loop { get; }

    internal ServerProtocol Protocol { get; }

    public int MaximumConnection => _options.MaximumConnection;

    internal int MaximumPendingBytes => _options.MaximumPendingBytes;

    /// <summary>Binds and begins to serve.</summary>
    /// <exception cref="NetException">The port is in use, needs rights, or the address is not this machine's.</exception>
    public static TcpServer Start(string kind, TcpServerOptions options, ServerProtocol protocol) =>
        Start(options, socket => new TcpServer(kind, options, protocol, socket));

    /// <summary>Binds, and begins to serve with the server that is made for the socket: a kind with properties of its own.</summary>
    private protected static T Start<T>(TcpServerOptions options, Func<Socket, T> create) where T : TcpServer
    {
        Socket socket = TcpBinding.Listen(options.Address, options.Port, options.Backlog);
        T server = Make(socket, create);
        server.Loop.Post(() => server.Serve(socket));
        return server;
    }

    private void Serve(Socket socket)
    {
        try
        {
            _acceptor = Loop.Listen(socket, this);
            ScheduleSweep();
        }
        catch (Exception e)
        {
            // It can't serve: who waits for it is told, and the port is free again.
            Record(ListenerEventType.Error, message: e.Message, error: e);
            socket.Dispose();
            _stopping = true;
            ReleaseWhenEmpty();
        }
    }

    IChannelHandler? IAcceptor.OnAccept(IPEndPoint remote)
    {
        _acceptFailing = false;
        string? refusal = _stopping ? "The listener is stopping."
            : _filter.Refusal(remote.Address) is { } why ? why
            : _places.Refusal(remote.Address) is { } full ? full
            : _options.Once && _clients.Count > 0 ? "The listener serves one client only."
            : null;
        if (refusal is not null)
        {
            CountRefused();
            if (_refusals.Pass(out long held))
            {
                Record(ListenerEventType.Refused, remote.ToString(), message: refusal + EventThrottle.Words(held));
            }
            return null;
        }
        NetClient client = new(this, ++_lastClientId, remote);
        return client;
    }

    void IAcceptor.OnAccepted(Channel channel)
    {
        NetClient client = (NetClient)channel.Handler;
        _places.Take(client.RemoteEndPoint.Address);
        if (Protocol is StreamProtocol protocol)
        {
            StreamChannel stream = StreamChannel.Take((SocketChannel)channel, client, _tls);
            client.Attach(stream);
            _clients.Add(client);
            CountConnected();
            stream.Start(protocol);
            return;
        }
        client.Attach(_tls is null ? channel : TlsChannel.Server(channel, client, _tls));
        _clients.Add(client);
        CountConnected();
    }

    void IAcceptor.OnAcceptFailed(SocketError error)
    {
        // Once, not every tenth of a second for as long as it lasts.
        if (!_acceptFailing)
        {
            _acceptFailing = true;
            Record(ListenerEventType.Error, error: new NetException(NetError.SocketFailure,
                $"{LocalEndPoint}: no connection can be accepted now: {new SocketException((int)error).Message}. Clients wait until one can.", LocalEndPoint.ToString()));
        }
    }

    /// <summary>A client's connection is closed.</summary>
    internal void Leave(NetClient client, Exception? reason)
    {
        if (!_clients.Remove(client))
        {
            return;
        }
        client.HasLeft = true;
        GivePlace(client);
        // Before the count goes down: who waits for that finds the reason.
        if (reason is not null)
        {
            Record(ListenerEventType.Error, client.ToString(), client.BytesReceived, reason.Message, reason);
        }
        CountDisconnected();
        Record(ListenerEventType.Disconnected, client.ToString(), client.BytesReceived);
        // Who only looks whether the port is open has not been served.
        if (_options.Once && !_stopping && client.BytesReceived > 0)
        {
            BeginStop(TimeSpan.Zero);
        }
        ReleaseWhenEmpty();
    }

    /// <summary>
    /// Gives a place back when its client has left and no message of it is with the handler: a stranger who sends one and goes,
    /// again and again, is bounded by the places too.
    /// </summary>
    internal void GivePlace(NetClient client)
    {
        if (client is { HasLeft: true, HasWork: false })
        {
            _places.Give(client.RemoteEndPoint.Address);
        }
    }

    protected override void BeginStop(TimeSpan drain) => Loop.Post(() =>
    {
        if (_released)
        {
            return;
        }
        _stopping = true;
        _acceptor?.Dispose();
        _acceptor = null;
        foreach (NetClient client in _clients.ToArray())
        {
            bool unfinished = Protocol.IsBusy(client) || client.Channel.PendingBytes > 0;
            if (!unfinished)
            {
                client.Channel.Close();
            }
            else if (drain > TimeSpan.Zero)
            {
                client.CloseWhenIdle = true;
            }
            else
            {
                client.Channel.Abort();
            }
        }
        if (drain > TimeSpan.Zero && _clients.Count > 0)
        {
            Loop.Schedule(drain, static s => ((TcpServer)s!).BeginStop(TimeSpan.Zero), this);
        }
        else
        {
            // A close that waits for its peer to take the last bytes has had its time.
            foreach (NetClient client in _clients.ToArray())
            {
                client.Channel.Abort();
            }
        }
        ReleaseWhenEmpty();
    });

    private void ReleaseWhenEmpty()
    {
        if (!_stopping || _released || _clients.Count > 0)
        {
            return;
        }
        _released = true;
        // Off the loop, which ends here if nobody else uses it.
        ThreadPool.UnsafeQueueUserWorkItem(static server =>
        {
            LoopGroup.Return(server.Loop);
            try
            {
                server.Protocol.OnStopped();
            }
            catch (Exception e)
            {
                // Nothing above would catch it, and a listener that is over must not end the process.
                server.Record(ListenerEventType.Error, message: e.Message, error: e);
            }
            server.MarkStopped();
        }, this, preferLocal: false);
    }

    private void ScheduleSweep()
    {
        if (_options.IdleTimeout > TimeSpan.Zero)
        {
            double period = Math.Clamp(_options.IdleTimeout.TotalMilliseconds / 8, 20, 5000);
            Loop.Schedule(TimeSpan.FromMilliseconds(period), static s => ((TcpServer)s!).Sweep(), this);
        }
    }

    private void Sweep()
    {
        if (_released)
        {
            return;
        }
        long now = Environment.TickCount64;
        long limit = now - (long)_options.IdleTimeout.TotalMilliseconds;
        List<NetClient>? idle = null;
        foreach (NetClient client in _clients)
        {
            if (Protocol.IsWorkingFor(client))
            {
                client.NoteServed(now);
            }
            else if (client.LastActivity < limit)
            {
                (idle ??= []).Add(client);
            }
        }
        idle?.ForEach(client => client.Channel.Abort(new NetException(NetError.TimedOut,
            $"{client} was idle for {_options.IdleTimeout.TotalSeconds:0.###} s and was disconnected.", client.ToString())));
        ScheduleSweep();
    }
}
