using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>
/// A client of a <see cref="StreamProtocol"/>, as the listener engine sees it: limits, idleness, drain and stop work as for
/// every other. What would send or receive on the loop does nothing.
/// </summary>
internal sealed class StreamChannel : Channel
{
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    private readonly NetClient _client;
    private readonly Socket _socket;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly CancellationTokenSource _stop = new();
    private long _lastReceived = Environment.TickCount64;
    private long _lastTaken = Environment.TickCount64;
    private volatile bool _closed;
    private Exception? _abortReason;

    private StreamChannel(EventLoop loop, NetClient client, Socket socket, IPEndPoint? local, IPEndPoint? remote, SslServerAuthenticationOptions? tls)
        : base(loop, client)
    {
        _client = client;
        _socket = socket;
        _tls = tls;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
    }

    public override IPEndPoint? LocalEndPoint { get; }

    public override IPEndPoint? RemoteEndPoint { get; }

    public override int PendingBytes => 0;

    public override long LastReceived => Interlocked.Read(ref _lastReceived);

    public override long LastTaken => Interlocked.Read(ref _lastTaken);

    public override bool KeepsUnreadOnReset { get; set; }

    public override bool IsClosed => _closed;

    public override bool InputEnded => _closed;

    /// <summary>Takes a connection that was just accepted out of the loop.</summary>
    public static StreamChannel Take(SocketChannel accepted, NetClient client, SslServerAuthenticationOptions? tls)
    {
        IPEndPoint? local = accepted.LocalEndPoint, remote = accepted.RemoteEndPoint;
        return new StreamChannel(accepted.Loop, client, accepted.Detach(), local, remote, tls);
    }

    /// <summary>Begins the conversation, off the loop.</summary>
    public void Start(StreamProtocol protocol) => _ = Task.Run(() => RunAsync(protocol));

    public override void Send(ReadOnlySpan<byte> data)
    {
    }

    public override void PauseReading()
    {
    }

    public override void ResumeReading()
    {
    }

    public override void ShutdownSend()
    {
    }

    /// <summary>Stops the conversation, which then ends in order.</summary>
    public override void Close(bool linger = false) => Stop();

    public override void Abort(Exception? reason = null)
    {
        if (_closed)
        {
            return;
        }
        Interlocked.CompareExchange(ref _abortReason, reason, null);
        Stop();
        // Ends what waits for the system and does not look at the token.
        _socket.Close(0);
    }

    /// <summary>Bytes have come or gone: the client is not idle.</summary>
    internal void Count(int received, int sent)
    {
        if (received > 0)
        {
            Interlocked.Exchange(ref _lastReceived, Environment.TickCount64);
        }
        if (sent > 0)
        {
            Interlocked.Exchange(ref _lastTaken, Environment.TickCount64);
        }
        _client.CountTransferred(received, sent);
    }

    private void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The conversation ended in this moment.
        }
    }

    private async Task RunAsync(StreamProtocol protocol)
    {
        Exception? reason = null;
        Stream stream = Stream.Null;
        try
        {
            // Fails where the listener was stopped before this began.
            stream = new NetworkStream(_socket, ownsSocket: true);
            if (_tls is not null)
            {
                stream = await HandshakeAsync(stream, _tls).ConfigureAwait(false);
            }
            Loop.Post(() => ((IChannelHandler)_client).OnConnected(this));
            CountedStream counted = new(stream, this);
            await using (counted.ConfigureAwait(false))
            {
                await protocol.ServeAsync(_client, counted, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked for.
        }
        catch (Exception e)
        {
            reason = _stop.IsCancellationRequested && e is not NetException ? null : Describe(e);
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            _socket.Dispose();
            _stop.Dispose();
        }
        Loop.Post(() =>
        {
            _closed = true;
            ((IChannelHandler)_client).OnClosed(this, _abortReason ?? reason);
        });
    }

    private async Task<SslStream> HandshakeAsync(Stream stream, SslServerAuthenticationOptions options)
    {
        SslStream tls = new(stream, leaveInnerStreamOpen: false);
        using CancellationTokenSource limit = Deadline.Start(HandshakeTime, _stop.Token);
        try
        {
            await tls.AuthenticateAsServerAsync(options, limit.Token).ConfigureAwait(false);
            return tls;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new NetException(NetError.TlsHandshakeFailed, $"{_client} did not finish the TLS handshake within {HandshakeTime.TotalSeconds:0} seconds.", _client.ToString());
        }
    }

    private Exception Describe(Exception e) => e switch
    {
        NetException => e,
        AuthenticationException => TlsErrors.Describe(e, _client.ToString()),
        SocketException socket => NetException.FromSocket(socket, _client.ToString()),
        IOException { InnerException: SocketException socket } => NetException.FromSocket(socket, _client.ToString()),
        _ => e,
    };
}
