using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// A connection on the completion loop. A receive of no bytes completes when there is something to read and holds no
/// buffer meanwhile; a send that would block is left to one asynchronous send of what is pending.
/// </summary>
internal sealed class CompletionChannel : SocketChannel, ICompletionTarget
{
    private readonly CompletionLoop _loop;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly SocketAsyncEventArgs _send = new();
    private readonly byte[] _probe = new byte[1];
    private bool _receiving;
    private bool _sending;
    private SocketError _receiveError;

    public CompletionChannel(CompletionLoop loop, IChannelHandler handler, Socket socket, IPEndPoint remote)
        : base(loop, handler)
    {
        _loop = loop;
        _socket = socket;
        RemoteEndPoint = remote;
        _receive.SetBuffer(Memory<byte>.Empty);
        _receive.Completed += (_, e) => _loop.Complete(this, Completion.Receive, e.SocketError);
        _send.SetBuffer(Memory<byte>.Empty);
        _send.Completed += (_, e) => _loop.Complete(this, e.LastOperation == SocketAsyncOperation.Connect ? Completion.Connect : Completion.Send, e.SocketError);
        loop.Attached(this);
    }

    public override IPEndPoint RemoteEndPoint { get; }

    public override IPEndPoint? LocalEndPoint => IsClosed ? null : _socket.LocalEndPoint as IPEndPoint;

    public override int? UnacknowledgedBytes =>
        OperatingSystem.IsLinux() && !IsClosed ? Libc.UnacknowledgedBytes((int)_socket.SafeHandle.DangerousGetHandle()) : null;

    /// <summary>Sets what every socket of the loop has set.</summary>
    /// <exception cref="SocketException">The peer is gone already (on macOS).</exception>
    public static void Prepare(Socket socket)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        // An urgent byte is a byte like the others; left out of line, it would be missing from the stream.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.OutOfBandInline, true);
    }

    public static CompletionChannel Connect(CompletionLoop loop, IPEndPoint remote, IChannelHandler handler)
    {
        Socket socket = new(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        Prepare(socket);
        CompletionChannel channel = new(loop, handler, socket, remote);
        channel._send.RemoteEndPoint = remote;
        channel._sending = true;
        if (!socket.ConnectAsync(channel._send))
        {
            loop.Complete(channel, Completion.Connect, channel._send.SocketError);
        }
        return channel;
    }

    public void Completed(Completion what, SocketError error)
    {
        if (what == Completion.Receive)
        {
            _receiving = false;
        }
        else
        {
            _sending = false;
        }
        if (IsClosed)
        {
            (what == Completion.Receive ? _receive : _send).Dispose();
            return;
        }
        switch (what)
        {
            case Completion.Connect when error != SocketError.Success:
                Fail(Failure(error));
                break;
            case Completion.Connect:
                Established();
                break;
            case Completion.Receive:
                // An error may have been told here, and then the receive that follows finds a mere end; or the receive finds it,
                // unless reading is paused, when the socket is asked. A reset that comes behind bytes that a paused channel has
                // not read completes nothing: it is not seen before reading resumes, or something is sent.
                _receiveError = error;
                Readable(untilEmpty: false, broken: true);
                break;
            case Completion.Send:
                if (error == SocketError.Success)
                {
                    TakePending(1);
                }
                Writable();
                break;
        }
    }

    protected override int Receive(Span<byte> buffer, out SocketError error)
    {
        int n = _socket.Receive(buffer, SocketFlags.None, out error);
        if (n == 0 && error == SocketError.Success)
        {
            error = _receiveError;
        }
        return error == SocketError.Success ? n : -1;
    }

    protected override int Transmit(ReadOnlySpan<byte> data, out SocketError error)
    {
        int n = _socket.Send(data, SocketFlags.None, out error);
        return error == SocketError.Success ? n : -1;
    }

    protected override void ArmRead()
    {
        if (_receiving || IsClosed)
        {
            return;
        }
        _receiving = true;
        if (!_socket.ReceiveAsync(_receive))
        {
            _loop.Complete(this, Completion.Receive, _receive.SocketError);
        }
    }

    protected override void ArmWrite()
    {
        if (_sending || IsClosed)
        {
            return;
        }
        // One byte tells when there is room again; it counts as pending until then, and the rest goes out without waiting.
        _sending = true;
        _probe[0] = FirstPending;
        _send.SetBuffer(_probe, 0, 1);
        if (!_socket.SendAsync(_send))
        {
            _loop.Complete(this, Completion.Send, _send.SocketError);
        }
    }

    protected override SocketError TakeError()
    {
        if (_receiveError != SocketError.Success)
        {
            return _receiveError;
        }
        try
        {
            return (SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    protected override void ShutdownSendCore()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Gone already; reading says so.
        }
    }

    protected override Socket DetachCore()
    {
        _receive.Dispose();
        _send.Dispose();
        return _socket;
    }

    protected override void CloseCore(bool reset)
    {
        if (reset)
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        _socket.Dispose();
        // One under way is disposed of when it completes.
        if (!_receiving)
        {
            _receive.Dispose();
        }
        if (!_sending)
        {
            _send.Dispose();
        }
    }
}
