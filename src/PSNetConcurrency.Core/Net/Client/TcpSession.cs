using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency;

/// <summary>Where a session is in its life.</summary>
public enum TcpSessionState
{
    /// <summary>Both directions are open.</summary>
    Open,

    /// <summary>The peer sends no more; sending to it may still work.</summary>
    PeerClosed,

    /// <summary>The connection broke; see LastError.</summary>
    Faulted,

    /// <summary>It was closed on this side.</summary>
    Closed,
}

/// <summary>A client's TCP connection, with or without TLS, that is kept between calls.</summary>
public sealed class TcpSession : IDisposable
{
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(1);
    private static int _lastId;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly ReceiveBuffer _buffer = new();
    private readonly Gate _receiving = new();
    private readonly Gate _sending = new();
    private long _bytesSent;
    private long _bytesReceived;
    private bool _inputEnded;
    private bool _sendEnded;

    private TcpSession(Socket socket, Stream stream, TcpConnectOptions options)
    {
        _socket = socket;
        _stream = stream;
        Id = options.Kept ? Interlocked.Increment(ref _lastId) : 0;
        Name = !string.IsNullOrEmpty(options.Name) ? options.Name : options.Kept ? $"TcpSession{Id}" : "connection";
        ComputerName = options.ComputerName;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
        OpenedAt = DateTimeOffset.Now;
        if (stream is SslStream { RemoteCertificate: { } certificate })
        {
            CertificateThumbprint = ServerCertificate.Thumbprint(certificate);
        }
    }

    /// <summary>A number of its own in this process; 0 for a connection that is not kept between calls.</summary>
    public int Id { get; }

    public string Name { get; }

    /// <summary>The name or address that was asked for.</summary>
    public string ComputerName { get; }

    public int Port => RemoteEndPoint.Port;

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    public TcpSessionState State { get; private set; }

    /// <summary>Bytes given to the system, before TLS.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Bytes that arrived, after TLS.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public DateTimeOffset OpenedAt { get; }

    public Exception? LastError { get; private set; }

    /// <summary>The SHA-256 thumbprint of the server's certificate; null without TLS.</summary>
    public string? CertificateThumbprint { get; }

    private string Peer => $"{ComputerName}:{Port}";

    // What the peer's system has not confirmed; null where this one does not tell.
    private int? UnacknowledgedBytes => OperatingSystem.IsLinux() && State != TcpSessionState.Closed ? Core.Net.Loop.Libc.UnacknowledgedBytes((int)_socket.SafeHandle.DangerousGetHandle()) : null;

    // Bytes that wait in the system; a broken connection counts as readable, so that the next receive tells.
    private int Available
    {
        get
        {
            try
            {
                return _socket.Available;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return 1;
            }
        }
    }

    /// <summary>Connects, and does the TLS handshake where it is asked for.</summary>
    /// <exception cref="NetException">Not resolved, refused, unreachable, timed out, or the certificate is not the right one.</exception>
    public static async Task<TcpSession> ConnectAsync(TcpConnectOptions options, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Socket socket = await TcpConnector.ConnectAsync(options.ComputerName, options.Port, options.LocalPort, options.Timeout, cancellationToken).ConfigureAwait(false);
        try
        {
            socket.NoDelay = options.NoDelay;
            if (options.KeepAlive)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            }
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is not null)
            {
                stream = await HandshakeAsync(stream, options, options.Timeout - Stopwatch.GetElapsedTime(start), cancellationToken).ConfigureAwait(false);
            }
            return new TcpSession(socket, stream, options);
        }
        catch (SocketException e)
        {
            // Reset between the accept and now.
            socket.Dispose();
            throw NetException.FromSocket(e, $"{options.ComputerName}:{options.Port}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends all of the bytes: a send of the system may take only part, so it is repeated until nothing is left.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="timeout">How long the peer may take to take them.</param>
    /// <param name="cancellationToken">Stops it; the session is then broken.</param>
    /// <param name="receiveMeanwhile">How many bytes to receive and keep while the send goes on: a peer that answers as it reads takes no more until its answers are taken.</param>
    public async Task SendAsync(ReadOnlyMemory<byte> data, TimeSpan timeout, CancellationToken cancellationToken, int receiveMeanwhile = 0)
    {
        EnsureOpen();
        if (_sendEnded)
        {
            throw new NetException(NetError.HandleClosed, $"The session {Name} has ended its sending side. It can still receive; to send, open another with New-TcpSession.", Name);
        }
        using Turn turn = _sending.Enter(this, "send");
        using CancellationTokenSource limit = Deadline.Start(timeout, cancellationToken);
        using CancellationTokenSource sent = new();
        Task receiving = Task.CompletedTask;
        try
        {
            Task sending = _stream.WriteAsync(data, limit.Token).AsTask();
            if (receiveMeanwhile > 0 && !sending.IsCompleted)
            {
                receiving = ReceiveMeanwhileAsync(receiveMeanwhile, sent);
            }
            try
            {
                await sending.ConfigureAwait(false);
            }
            finally
            {
                await sent.CancelAsync().ConfigureAwait(false);
                await receiving.ConfigureAwait(false);
            }
            Interlocked.Add(ref _bytesSent, data.Length);
        }
        catch (OperationCanceledException)
        {
            // How much went out is not known: what follows would be read as the middle of something.
            byte[] received = receiveMeanwhile > 0 ? _buffer.TakeAll() : [];
            NetException stalled = new(NetError.TimedOut, $"{Peer} did not take {data.Length} bytes within {timeout.TotalSeconds:0.###} s. The session can't be used any more.", Peer, received: received);
            Fault(stalled);
            cancellationToken.ThrowIfCancellationRequested();
            throw stalled;
        }
        catch (Exception e) when (e is IOException and not NetException or ObjectDisposedException)
        {
            throw Fault(Translate(e, receiveMeanwhile > 0 ? _buffer.TakeAll() : default));
        }
    }

    /// <summary>Ends the sending side: the peer sees the end of input, and can still answer.</summary>
    public async Task ShutdownSendAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        EnsureOpen();
        try
        {
            _sendEnded = true;
            if (_stream is SslStream tls)
            {
                // It is a record to send, and a peer that reads nothing does not take it.
                await tls.ShutdownAsync().WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
            }
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            NetException stalled = Fault(new NetException(NetError.TimedOut, $"{Peer} did not take the end of what was sent within {timeout.TotalSeconds:0.###} s. The session can't be used any more.", Peer));
            cancellationToken.ThrowIfCancellationRequested();
            throw stalled;
        }
        catch (Exception e) when (e is IOException or SocketException or CryptographicException)
        {
            throw Fault(Translate(e, default));
        }
    }

    /// <summary>
    /// Receives until the request is met, or ends for another reason, which the result tells; it throws only where the bytes
    /// break the format or a limit. What is left over is kept for the next call. After a time-out (and WouldBlock) the result
    /// has a copy of what has come, and the session keeps it: the next call goes on from there, and no frame is torn.
    /// </summary>
    public async Task<Received> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        if (State == TcpSessionState.Closed)
        {
            EnsureOpen();
        }
        using Turn turn = _receiving.Enter(this, "receive");
        using CancellationTokenSource limit = Deadline.Start(request.Timeout, cancellationToken);
        List<int> chunks = [];
        _buffer.Begin(request);
        if (_buffer.Length > 0)
        {
            chunks.Add(_buffer.Length);
        }
        while (true)
        {
            if (_buffer.Length > request.MostUnmet)
            {
                throw new NetException(NetError.MessageTooLarge, $"{Peer} sent more than {request.MaximumBytes} bytes for one message.{NetException.Kept(_buffer.Peek())}", Peer, received: _buffer.TakeAll());
            }
            if (TryTake(request, out byte[]? data, out byte[]? header, out FrameBounds frame))
            {
                return new Received(data, ReceiveEndReason.Complete, [.. chunks]) { Header = header, HeaderBytes = frame.PayloadOffset, Consumed = frame.Consumed };
            }
            ReceiveEndReason? end = !_inputEnded ? await FillAsync(chunks, request.NonBlocking, limit, cancellationToken).ConfigureAwait(false)
                : State == TcpSessionState.Faulted ? ReceiveEndReason.PeerReset
                : ReceiveEndReason.PeerClosed;
            // Unframed means all that is there: what one send brought may lie in the system in several pieces.
            while (end is null && request.TakesWhatIsThere && Available > 0 && _buffer.Length < request.MaximumBytes
                && await FillAsync(chunks, nonBlocking: true, limit, cancellationToken).ConfigureAwait(false) is null)
            {
            }
            if (end is null)
            {
                continue;
            }
            if (end is ReceiveEndReason.PeerClosed && TryTake(request, out data, out header, out frame))
            {
                return new Received(data, ReceiveEndReason.Complete, [.. chunks]) { Header = header, HeaderBytes = frame.PayloadOffset, Consumed = frame.Consumed };
            }
            bool asked = request.UntilClosed && end == ReceiveEndReason.PeerClosed;
            bool goesOn = end is ReceiveEndReason.TimedOut or ReceiveEndReason.WouldBlock;
            return new Received(goesOn ? _buffer.Peek().ToArray() : _buffer.TakeAll(), asked ? ReceiveEndReason.Complete : end.Value, [.. chunks]);
        }
    }

    // The buffer knows nothing of the peer.
    private bool TryTake(ReceiveRequest request, [NotNullWhen(true)] out byte[]? data, out byte[]? header, out FrameBounds frame)
    {
        try
        {
            return _buffer.TryTake(request, out data, out header, out frame);
        }
        catch (NetException e)
        {
            throw new NetException(e.Error, $"{Peer}: {e.Message}{NetException.Kept(e.Received)}", Peer, e, e.Received);
        }
    }

    /// <summary>
    /// Closes so that the peer gets all that was sent: ends the sending side, then takes and throws away what still comes, until
    /// the peer ends too or, after a second, its system has everything. A close over unread bytes, a banner say, would reset
    /// the connection, and what the peer had not read yet would be lost.
    /// </summary>
    /// <exception cref="NetException"><see cref="NetError.PeerReset"/> or <see cref="NetError.TimedOut"/>: the peer has not taken everything.</exception>
    public async Task CloseAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            if (State is TcpSessionState.Closed or TcpSessionState.Faulted)
            {
                return;
            }
            if (!_sendEnded)
            {
                await ShutdownSendAsync(timeout, cancellationToken).ConfigureAwait(false);
            }
            while (!_inputEnded)
            {
                ReceiveEndReason? end = await DiscardAsync(CloseGrace, cancellationToken).ConfigureAwait(false);
                if (end == ReceiveEndReason.PeerReset)
                {
                    throw new NetException(NetError.PeerReset, $"{Peer} reset the connection while it was being closed; whether it had taken everything that was sent is not known.", Peer, LastError);
                }
                if (end != ReceiveEndReason.TimedOut || UnacknowledgedBytes is not > 0)
                {
                    return;
                }
                if (Stopwatch.GetElapsedTime(start) >= timeout)
                {
                    throw new NetException(NetError.TimedOut, $"{Peer} has not taken the last {UnacknowledgedBytes} bytes within {timeout.TotalSeconds:0.###} s.", Peer);
                }
            }
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Closes the connection: in order when nothing is unread, else with the reset that TCP then sends.</summary>
    public void Dispose()
    {
        if (State != TcpSessionState.Closed)
        {
            if (State != TcpSessionState.Faulted && !_sendEnded)
            {
                SendCloseNotify();
            }
            State = TcpSessionState.Closed;
            _stream.Dispose();
            _socket.Dispose();
        }
    }

    public override string ToString() => $"{Name} {RemoteEndPoint}";

    /// <summary>
    /// Hands the connection to a protocol that reads and writes its stream, until the lease is disposed of; nobody else can send
    /// or receive meanwhile.
    /// </summary>
    internal StreamLease Lease()
    {
        EnsureOpen();
        Turn sending = _sending.Enter(this, "send");
        try
        {
            return new StreamLease(this, sending, _receiving.Enter(this, "receive"));
        }
        catch
        {
            sending.Dispose();
            throw;
        }
    }

    /// <summary>Why a receive that did not complete is an error for a caller who needs all of it.</summary>
    public NetException Incomplete(Received received, TimeSpan timeout) => received.EndReason switch
    {
        ReceiveEndReason.TimedOut => new(NetError.TimedOut, $"{Peer} did not answer completely within {timeout.TotalSeconds:0.###} s.{NetException.Kept(received.Data)}", Peer, null, received.Data),
        ReceiveEndReason.PeerReset => new(NetError.PeerReset, $"{Peer} reset the connection.{NetException.Kept(received.Data)}", Peer, LastError, received.Data),
        _ when received.Data.Length == 0 => new(NetError.PeerClosed, $"{Peer} closed the connection without an answer.", Peer),
        _ => new(NetError.PeerClosed, $"{Peer} closed the connection in the middle of a message.{NetException.Kept(received.Data)}", Peer, null, received.Data),
    };

    private static async Task<SslStream> HandshakeAsync(Stream stream, TcpConnectOptions options, TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        string peer = $"{options.ComputerName}:{options.Port}";
        NetException? distrust = null;
        SslStream tls = new(stream, leaveInnerStreamOpen: false);
        using CancellationTokenSource limit = Deadline.Start(timeLeft, cancellationToken);
        try
        {
            await tls.AuthenticateAsClientAsync(options.Tls!.ClientOptions(e => distrust = e), limit.Token).ConfigureAwait(false);
            return tls;
        }
        catch (Exception e)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw distrust ?? e switch
            {
                OperationCanceledException => new NetException(NetError.TimedOut, $"{peer} did not finish the TLS handshake within {options.Timeout.TotalSeconds:0.###} s. Check that it uses TLS.", peer),
                AuthenticationException or IOException => TlsErrors.Describe(e, peer),
                _ => e,
            };
        }
    }

    // Without it a careful peer takes the end for one that somebody forged. SslStream does not send it by itself.
    private void SendCloseNotify()
    {
        if (_stream is SslStream tls)
        {
            try
            {
                // Completes at once, or the peer takes nothing and will never see it.
                tls.ShutdownAsync().Forget();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or NotSupportedException or CryptographicException)
            {
                // A send is under way, or the connection is broken: there is no orderly end.
            }
        }
    }

    // Keeps what comes until the send is over, the peer ends, or there is enough.
    private async Task ReceiveMeanwhileAsync(int maximum, CancellationTokenSource sent)
    {
        using Turn turn = _receiving.Enter(this, "receive");
        List<int> chunks = [];
        while (!_inputEnded && _buffer.Length < maximum && await FillAsync(chunks, nonBlocking: false, sent, CancellationToken.None).ConfigureAwait(false) is null)
        {
        }
    }

    // Takes what comes until the peer ends or the time is up: tells which.
    private async Task<ReceiveEndReason?> DiscardAsync(TimeSpan time, CancellationToken stop)
    {
        using CancellationTokenSource limit = Deadline.Start(time, stop);
        List<int> chunks = [];
        while (true)
        {
            _buffer.TakeAll();
            chunks.Clear();
            if (await FillAsync(chunks, nonBlocking: false, limit, stop).ConfigureAwait(false) is { } end)
            {
                return end;
            }
        }
    }

    // One receive of the system: null when bytes came, else why none can come.
    private async ValueTask<ReceiveEndReason?> FillAsync(List<int> chunks, bool nonBlocking, CancellationTokenSource limit, CancellationToken stop)
    {
        using CancellationTokenSource? atOnce = nonBlocking ? CancellationTokenSource.CreateLinkedTokenSource(limit.Token) : null;
        try
        {
            ValueTask<int> reading = _stream.ReadAsync(_buffer.Space(), (atOnce ?? limit).Token);
            if (!reading.IsCompleted && atOnce is not null)
            {
                // Asked of the stream, not of the socket: with TLS bytes may wait in either, and not all of them are data.
                await atOnce.CancelAsync().ConfigureAwait(false);
            }
            int n = await reading.ConfigureAwait(false);
            if (n == 0)
            {
                _inputEnded = true;
                if (State == TcpSessionState.Open)
                {
                    // Not where a send failed: what went out of it is torn, and nothing may follow.
                    State = TcpSessionState.PeerClosed;
                }
                return ReceiveEndReason.PeerClosed;
            }
            _buffer.Commit(n);
            Interlocked.Add(ref _bytesReceived, n);
            chunks.Add(n);
            return null;
        }
        catch (OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return nonBlocking ? ReceiveEndReason.WouldBlock : ReceiveEndReason.TimedOut;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _inputEnded = true;
            NetException reason = Fault(Translate(e, _buffer.Peek()));
            return reason.Error == NetError.PeerReset ? ReceiveEndReason.PeerReset : throw reason;
        }
    }

    private void EnsureOpen()
    {
        if (State is TcpSessionState.Closed or TcpSessionState.Faulted)
        {
            throw new NetException(NetError.HandleClosed, State == TcpSessionState.Closed
                ? $"The session {Name} is closed. Open another with New-TcpSession."
                : $"The session {Name} is broken: {LastError?.Message} Open another with New-TcpSession.", Name);
        }
    }

    private NetException Fault(NetException reason)
    {
        LastError = reason;
        if (State != TcpSessionState.Closed)
        {
            State = TcpSessionState.Faulted;
        }
        return reason;
    }

    private NetException Translate(Exception e, ReadOnlyMemory<byte> received) => e switch
    {
        ObjectDisposedException => new NetException(NetError.HandleClosed, $"The session {Name} was closed during the call.{NetException.Kept(received)}", Name, e, received.ToArray()),
        SocketException socket => NetException.FromSocket(socket, Peer, received.ToArray()),
        { InnerException: SocketException socket } => NetException.FromSocket(socket, Peer, received.ToArray()),
        _ => new NetException(NetError.SocketFailure, $"{Peer}: {e.Message}", Peer, e, received.ToArray()),
    };

    /// <summary>One send and one receive at a time: two would mix their bytes.</summary>
    private sealed class Gate
    {
        private int _taken;

        public Turn Enter(TcpSession session, string what) => Interlocked.Exchange(ref _taken, 1) == 0 ? new Turn(this)
            : throw new NetException(NetError.HandleClosed, $"Another {what} is under way on the session {session.Name}.", session.Name);

        public void Leave() => Volatile.Write(ref _taken, 0);
    }

    private readonly struct Turn(Gate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }

    /// <summary>A session's stream in somebody's hands.</summary>
    internal sealed class StreamLease : IDisposable
    {
        private readonly TcpSession _session;
        private readonly Turn _sending;
        private readonly Turn _receiving;
        private int _over;

        public StreamLease(TcpSession session, object sending, object receiving)
        {
            _session = session;
            _sending = (Turn)sending;
            _receiving = (Turn)receiving;
            Received = session._buffer.TakeAll();
        }

        public Stream Stream => _session._stream;

        /// <summary>What had been received before, and is to be read first.</summary>
        public byte[] Received { get; }

        /// <summary>Gives back what was received and not read, and the counts of what passed.</summary>
        public void Return(ReadOnlySpan<byte> unread, long received, long sent)
        {
            unread.CopyTo(_session._buffer.Space(unread.Length).Span);
            _session._buffer.Commit(unread.Length);
            Interlocked.Add(ref _session._bytesReceived, received);
            Interlocked.Add(ref _session._bytesSent, sent);
        }

        /// <summary>The connection can't be used any more.</summary>
        public void Fault(NetException reason) => _session.Fault(reason);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
            {
                _sending.Dispose();
                _receiving.Dispose();
            }
        }
    }
}
