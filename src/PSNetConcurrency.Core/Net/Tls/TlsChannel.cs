using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Tls;

/// <summary>
/// TLS over another channel, on the same loop: handlers see plain bytes. It is the inner channel's handler, and
/// the outer handler's channel.
/// </summary>
public sealed class TlsChannel : Channel, IChannelHandler
{
    private const int PlainBufferSize = 16 * 1024;
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    private readonly Channel _inner;
    private readonly ChannelStream _stream;
    private readonly SslStream _tls;
    private readonly Func<SslStream, Task> _authenticate;
    private LoopTimer? _handshakeTimer;
    private TaskCompletionSource? _resume;
    private bool _connected;
    private bool _paused;
    private bool _inputEnded;
    private bool _sendEnded;
    private bool _closing;
    private volatile bool _closed;

    private TlsChannel(Channel inner, IChannelHandler handler, Func<SslStream, Task> authenticate)
        : base(inner.Loop, handler)
    {
        _inner = inner;
        _stream = new ChannelStream(inner);
        _tls = new SslStream(_stream, leaveInnerStreamOpen: true);
        _authenticate = authenticate;
    }

    public override IPEndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public override IPEndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    public override int PendingBytes => _inner.PendingBytes;

    public override int? UnacknowledgedBytes => _inner.UnacknowledgedBytes;

    public override long LastReceived => _inner.LastReceived;

    public override long LastTaken => _inner.LastTaken;

    public override bool KeepsUnreadOnReset { get => _inner.KeepsUnreadOnReset; set => _inner.KeepsUnreadOnReset = value; }

    public override bool IsClosed => _closed;

    public override bool InputEnded => _inputEnded;

    /// <summary>The server's side of TLS over a connection that was just accepted; its handler is told when the handshake is done.</summary>
    public static TlsChannel Server(Channel inner, IChannelHandler handler, SslServerAuthenticationOptions options)
    {
        TlsChannel channel = new(inner, handler, tls => tls.AuthenticateAsServerAsync(options));
        inner.Handler = channel;
        return channel;
    }

    /// <summary>The client's side of TLS over a connection to be made with the returned factory's handler.</summary>
    public static IChannelHandler Client(IChannelHandler handler, SslClientAuthenticationOptions options) =>
        new Starter(inner =>
        {
            TlsChannel channel = new(inner, handler, tls => tls.AuthenticateAsClientAsync(options));
            inner.Handler = channel;
            return channel;
        }, handler);

    public override void Send(ReadOnlySpan<byte> data)
    {
        if (_closed || _sendEnded || !_connected || data.IsEmpty)
        {
            return;
        }
        try
        {
            _tls.Write(data);
        }
        catch (Exception e)
        {
            // Whatever it was, a record may be cut in two: nothing can be sent behind it.
            _sendEnded = true;
            Loop.Post(() => Abort(e));
        }
    }

    public override void PauseReading() => _paused = true;

    public override void ResumeReading()
    {
        if (_paused)
        {
            _paused = false;
            TaskCompletionSource? resume = _resume;
            _resume = null;
            // Not inline: the caller may be in the middle of its own turn.
            if (resume is not null)
            {
                Loop.Post(resume.SetResult);
            }
        }
    }

    public override void ShutdownSend()
    {
        if (_closed || _sendEnded)
        {
            return;
        }
        _sendEnded = true;
        if (_connected)
        {
            SendCloseNotify();
        }
        _inner.ShutdownSend();
    }

    public override void Close(bool linger = false)
    {
        if (_closed)
        {
            return;
        }
        _closing = true;
        ShutdownSend();
        // What waits for a handler that reads no more may end.
        ResumeReading();
        _inner.Close(linger);
    }

    public override void Abort(Exception? reason = null)
    {
        if (!_closed)
        {
            _inner.Abort(reason);
        }
    }

    void IChannelHandler.OnConnected(Channel channel)
    {
        _handshakeTimer = Loop.Schedule(HandshakeTime, static s => ((TlsChannel)s!).Abort(
            new NetException(NetError.TlsHandshakeFailed, "The peer did not finish the TLS handshake within 10 seconds.")), this);
        _ = RunAsync();
    }

    void IChannelHandler.OnData(Channel channel, ReadOnlySpan<byte> data) => _stream.Feed(data);

    void IChannelHandler.OnInputEnded(Channel channel) => _stream.End();

    void IChannelHandler.OnDrained(Channel channel)
    {
        if (_connected)
        {
            Handler.OnDrained(this);
        }
    }

    void IChannelHandler.OnClosed(Channel channel, Exception? reason)
    {
        _closed = true;
        _handshakeTimer?.Cancel();
        _stream.Fail(reason ?? new NetException(NetError.HandleClosed, "The connection is closed."));
        ResumeReading();
        _tls.Dispose();
        Handler.OnClosed(this, reason);
    }

    private async Task RunAsync()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PlainBufferSize);
        bool inHandler = false;
        try
        {
            await _authenticate(_tls).ConfigureAwait(false);
            _connected = true;
            _handshakeTimer?.Cancel();
            inHandler = true;
            Handler.OnConnected(this);
            inHandler = false;
            // Records that came together with the one at which the handler closed are thrown away, as all input is from then on.
            while (!_closed && !_closing)
            {
                if (_paused)
                {
                    _resume = new TaskCompletionSource();
                    await _resume.Task.ConfigureAwait(false);
                    continue;
                }
                int n = await _tls.ReadAsync(buffer).ConfigureAwait(false);
                if (_closing)
                {
                    return;
                }
                if (n == 0)
                {
                    _inputEnded = true;
                    inHandler = true;
                    Handler.OnInputEnded(this);
                    return;
                }
                if (!_closed)
                {
                    inHandler = true;
                    Handler.OnData(this, buffer.AsSpan(0, n));
                    inHandler = false;
                }
            }
        }
        catch (Exception) when (_closed && !inHandler)
        {
            // OnClosed has told why.
        }
        catch (Exception e)
        {
            End(e, inHandler);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _stream.Discard();
        }
    }

    // Whatever ended the reading costs the connection, and is told: a handler's bug as it is, all else as TLS that failed.
    private void End(Exception e, bool inHandler)
    {
        try
        {
            if (_closed)
            {
                EventLoop.Report(e);
                return;
            }
            _inner.Abort(inHandler ? e : e as NetException ?? TlsErrors.Describe(e, RemoteEndPoint?.ToString() ?? "The peer"));
        }
        catch (Exception other)
        {
            // Of the handler, when it was told of the end; this task has no other observer.
            EventLoop.Report(other);
        }
    }

    private void SendCloseNotify()
    {
        try
        {
            // Completes at once: the stream below takes every write.
            _tls.ShutdownAsync().Forget();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or CryptographicException)
        {
            // The connection is going anyway.
        }
    }

    /// <summary>Builds the TLS channel once the connection below it exists.</summary>
    private sealed class Starter(Func<Channel, TlsChannel> build, IChannelHandler outer) : IChannelHandler
    {
        public void OnConnected(Channel channel) => ((IChannelHandler)build(channel)).OnConnected(channel);

        public void OnData(Channel channel, ReadOnlySpan<byte> data)
        {
        }

        public void OnInputEnded(Channel channel)
        {
        }

        public void OnDrained(Channel channel)
        {
        }

        public void OnClosed(Channel channel, Exception? reason) => outer.OnClosed(channel, reason);
    }
}
