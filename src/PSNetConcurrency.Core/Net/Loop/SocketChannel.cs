using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// The state machine of a TCP connection, the same on every system; a subclass knows the system's calls and how it
/// says "readable" and "writable".
/// </summary>
public abstract class SocketChannel : Channel
{
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    private byte[]? _pending;
    private int _pendingStart;
    private int _pendingEnd;
    private bool _connected;
    private bool _paused;
    private bool _readable;
    private bool _untilEmpty;
    private bool _broken;
    private bool _queued;
    private bool _inputEnded;
    private bool _sendEnding;
    private bool _sendEnded;
    private bool _closing;
    private bool _lingering;
    private volatile bool _closed;
    private long _lastReceived;
    private long _lastTaken;

    protected SocketChannel(EventLoop loop, IChannelHandler handler)
        : base(loop, handler)
    {
        _lastReceived = _lastTaken = Environment.TickCount64;
    }

    public sealed override int PendingBytes => _pendingEnd - _pendingStart;

    public sealed override bool IsClosed => _closed;

    public sealed override bool InputEnded => _inputEnded;

    public sealed override long LastReceived => _lastReceived;

    public sealed override long LastTaken => _lastTaken;

    public sealed override bool KeepsUnreadOnReset { get; set; }

    /// <summary>Receives without blocking: bytes, 0 at the end of input, or -1 with an error.</summary>
    protected abstract int Receive(Span<byte> buffer, out SocketError error);

    /// <summary>Sends without blocking: bytes taken, or -1 with an error.</summary>
    protected abstract int Transmit(ReadOnlySpan<byte> data, out SocketError error);

    /// <summary>Asks to be told when there is something to read.</summary>
    protected abstract void ArmRead();

    /// <summary>Asks to be told when the system takes bytes again.</summary>
    protected abstract void ArmWrite();

    protected abstract void ShutdownSendCore();

    /// <summary>The error that has ended the connection, if one has; taking it may be how the system forgets it.</summary>
    protected abstract SocketError TakeError();

    /// <summary>The next byte to go out; there is one.</summary>
    protected byte FirstPending => _pending![_pendingStart];

    /// <summary>Some pending bytes have gone out by another way than <see cref="Transmit"/>.</summary>
    protected void TakePending(int count)
    {
        _pendingStart += count;
        _lastTaken = Environment.TickCount64;
    }

    protected abstract void CloseCore(bool reset);

    /// <summary>Takes the connection out of the loop, as it is.</summary>
    protected abstract Socket DetachCore();

    /// <summary>How a socket error is told, given who the peer is.</summary>
    protected NetException Failure(SocketError error) =>
        NetException.FromSocket(new SocketException((int)error), RemoteEndPoint?.ToString() ?? "The peer");

    [MethodImpl(HotPath.Options)]
    public sealed override void Send(ReadOnlySpan<byte> data)
    {
        if (_closed || _sendEnding || data.IsEmpty)
        {
            return;
        }
        if (PendingBytes == 0 && _connected)
        {
            while (!data.IsEmpty)
            {
                int sent = Transmit(data, out SocketError error);
                if (sent < 0)
                {
                    if (error != SocketError.WouldBlock)
                    {
                        FailLater(error);
                        return;
                    }
                    break;
                }
                data = data[sent..];
                _lastTaken = Environment.TickCount64;
            }
            if (data.IsEmpty)
            {
                return;
            }
        }
        Keep(data);
        if (_connected)
        {
            ArmWrite();
        }
    }

    public sealed override void PauseReading() => _paused = true;

    public sealed override void ResumeReading()
    {
        if (!_paused)
        {
            return;
        }
        _paused = false;
        if (_readable && !_closed)
        {
            QueueRead();
        }
    }

    public sealed override void ShutdownSend()
    {
        if (_closed || _sendEnding)
        {
            return;
        }
        _sendEnding = true;
        if (PendingBytes == 0)
        {
            EndSend();
        }
    }

    public sealed override void Close(bool linger = false)
    {
        if (_closed || _closing)
        {
            return;
        }
        _closing = true;
        _lingering = linger;
        _sendEnding = true;
        // From here on input is thrown away, and must be read so that its end is seen.
        ResumeReading();
        if (PendingBytes == 0)
        {
            FinishClose();
        }
    }

    public sealed override void Abort(Exception? reason = null)
    {
        if (!_closed)
        {
            Release(reset: true, reason);
        }
    }

    /// <summary>The connection is established: what was sent before goes out, and reading begins.</summary>
    internal void Established() => Guarded(static channel =>
    {
        channel._connected = true;
        channel.Handler.OnConnected(channel);
        if (channel._closed)
        {
            return;
        }
        if (channel.PendingBytes > 0)
        {
            // Not sent here: what OnConnected left over may be on its way already.
            channel.ArmWrite();
        }
        channel.ArmRead();
    });

    internal bool IsEstablished => _connected;

    /// <summary>The connection could not be established, or the loop ends.</summary>
    internal void Fail(NetException reason)
    {
        if (!_closed)
        {
            Release(reset: true, reason);
        }
    }

    /// <summary>
    /// Takes the connection out of the loop and gives its socket to the caller, who ends it; nothing has been read or sent. For
    /// this channel it is over, without a word to its handler.
    /// </summary>
    internal Socket Detach()
    {
        _closed = true;
        Loop.Detached(this);
        return DetachCore();
    }

    /// <summary>Attaches a connection that was accepted, and begins with it.</summary>
    internal void Accepted(IAcceptor acceptor)
    {
        try
        {
            acceptor.OnAccepted(this);
        }
        catch (Exception e)
        {
            Abort(e);
            return;
        }
        Established();
    }

    /// <summary>
    /// There is something to read. <paramref name="untilEmpty"/>: only the system's own word says that all is read.
    /// <paramref name="broken"/>: an error, perhaps, is behind it.
    /// </summary>
    [MethodImpl(HotPath.Options)]
    internal void Readable(bool untilEmpty, bool broken)
    {
        _untilEmpty |= untilEmpty;
        _broken |= broken;
        _readable = true;
        Read();
    }

    [MethodImpl(HotPath.Options)]
    internal void Writable()
    {
        if (_pending is not null)
        {
            Guarded(static channel => channel.Flush());
        }
    }

    /// <summary>The loop's turn for a channel that had more to read than one buffer.</summary>
    internal void ReadQueued()
    {
        _queued = false;
        if (_readable)
        {
            Read();
        }
    }

    private void Read()
    {
        if (!_paused)
        {
            Guarded(static channel => channel.ReadOnce());
        }
        // Paused, perhaps by what was just read, or at the end of input, which the system tells before a reset that came with it:
        // nothing else would find the error, and the connection stay for as long as that lasts.
        bool unread = _paused && !_inputEnded;
        if (_broken && !_closed && (_inputEnded || (unread && !KeepsUnreadOnReset)) && TakeError() is var error and not SocketError.Success)
        {
            Fail(Failure(error));
        }
    }

    // A handler that throws has a bug; it costs its own connection, not the loop and everybody on it.
    [MethodImpl(HotPath.Options)]
    private void Guarded(Action<SocketChannel> turn)
    {
        if (_closed)
        {
            return;
        }
        try
        {
            turn(this);
        }
        catch (Exception e)
        {
            Abort(e);
        }
    }

    [MethodImpl(HotPath.Options)]
    private void Flush()
    {
        while (PendingBytes > 0)
        {
            int sent = Transmit(_pending.AsSpan(_pendingStart, PendingBytes), out SocketError error);
            if (sent < 0)
            {
                if (error == SocketError.WouldBlock)
                {
                    ArmWrite();
                }
                else
                {
                    Release(reset: true, Failure(error));
                }
                return;
            }
            TakePending(sent);
        }
        ReleasePending();
        if (_closing)
        {
            FinishClose();
            return;
        }
        if (_sendEnding)
        {
            EndSend();
        }
        Handler.OnDrained(this);
    }

    [MethodImpl(HotPath.Options)]
    private void ReadOnce()
    {
        if (_inputEnded)
        {
            return;
        }
        Span<byte> buffer = Loop.ReceiveBuffer;
        int received = Receive(buffer, out SocketError error);
        if (received > 0)
        {
            if (!_closing)
            {
                _lastReceived = Environment.TickCount64;
                Handler.OnData(this, buffer[..received]);
            }
            if (_closed)
            {
                return;
            }
            if (received < buffer.Length && !_untilEmpty)
            {
                // A short read emptied the socket: what comes next raises a new event, and a second call would only say so.
                _readable = false;
                ArmRead();
            }
            else if (!_paused)
            {
                // One buffer a turn, so that a fast sender does not starve the rest.
                QueueRead();
            }
        }
        else if (received == 0)
        {
            _inputEnded = true;
            _readable = false;
            if (!_closing)
            {
                Handler.OnInputEnded(this);
            }
            else if (PendingBytes == 0)
            {
                Release(reset: false, null);
            }
        }
        else if (error == SocketError.WouldBlock)
        {
            _readable = false;
            ArmRead();
        }
        else
        {
            Release(reset: true, _closing ? null : Failure(error));
        }
    }

    private void QueueRead()
    {
        if (!_queued)
        {
            _queued = true;
            Loop.QueueRead(this);
        }
    }

    private void FinishClose()
    {
        EndSend();
        if (_lingering && !_inputEnded && !_closed)
        {
            Loop.Schedule(LingerTime, static state => ((SocketChannel)state!).Abort(), this);
        }
        else
        {
            Release(reset: false, null);
        }
    }

    private void EndSend()
    {
        _sendEnding = true;
        if (!_sendEnded && !_closed)
        {
            _sendEnded = true;
            ShutdownSendCore();
        }
    }

    // A handler is in the middle of Send: it learns of the failure from the loop, not from inside its own call.
    private void FailLater(SocketError error)
    {
        _sendEnding = true;
        Loop.Post(() => Release(reset: true, Failure(error)));
    }

    private void Release(bool reset, Exception? reason)
    {
        if (_closed)
        {
            return;
        }
        _closed = true;
        ReleasePending();
        CloseCore(reset);
        Loop.Detached(this);
        Handler.OnClosed(this, reason);
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        int have = PendingBytes;
        if (_pending is null || _pendingEnd + data.Length > _pending.Length)
        {
            byte[]? old = _pending;
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(have + data.Length, 4096));
            old.AsSpan(_pendingStart, have).CopyTo(larger);
            if (old is not null)
            {
                ArrayPool<byte>.Shared.Return(old);
            }
            _pending = larger;
            _pendingStart = 0;
            _pendingEnd = have;
        }
        data.CopyTo(_pending.AsSpan(_pendingEnd));
        _pendingEnd += data.Length;
    }

    private void ReleasePending()
    {
        if (_pending is not null)
        {
            ArrayPool<byte>.Shared.Return(_pending);
            _pending = null;
        }
        _pendingStart = _pendingEnd = 0;
    }
}
