using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>
/// Sends messages to a UDP server and takes its replies, one exchange after the other, on the thread that calls. While all goes
/// well they share a socket. As soon as a datagram may still be under way that is no reply to the next message (a time-out, a
/// repetition, a reply too many), the next goes out from another port, where that datagram does not arrive.
/// </summary>
public sealed class UdpExchanger : IDisposable
{
    /// <summary>So many ports that were left are held on to, so that the system does not hand one of them out again at once.</summary>
    private const int RetiredPorts = 16;

    private readonly UdpExchangeOptions _options;
    private readonly IPAddress[] _addresses;
    private readonly Func<bool>? _idle;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _stop;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(UdpSocket.BufferSize);
    private readonly Queue<UdpSocket> _retired = [];
    private readonly SocketAddress _from;
    private volatile UdpSocket? _socket;
    private IPEndPoint _remote;
    private IPEndPoint? _local;
    private int _address;
    private bool _doubt;
    private bool _surplusSeen;
    private SocketError _failure;

    /// <param name="options">What to do.</param>
    /// <param name="addresses">The server's addresses, in the order in which to try them.</param>
    /// <param name="idle">Called when a reply does not come at once, on the thread that exchanges; returns whether to be called again in half a second.</param>
    /// <param name="stop">Ends an exchange at once.</param>
    public UdpExchanger(UdpExchangeOptions options, IPAddress[] addresses, Func<bool>? idle, CancellationToken stop)
    {
        _options = options;
        // A local address can talk to its own family only.
        _addresses = options.Socket.LocalAddress is { } local && Array.FindAll(addresses, a => a.AddressFamily == local.AddressFamily) is { Length: > 0 } fitting ? fitting : addresses;
        _remote = new IPEndPoint(_addresses[0], options.Port);
        _from = new SocketAddress(_remote.AddressFamily);
        _idle = idle;
        _stop = stop;
        _registration = stop.UnsafeRegister(static s => ((UdpExchanger)s!)._socket?.Abort(), this);
    }

    private enum Step
    {
        Replied,
        WaitOver,
        Failed,
    }

    public void Dispose()
    {
        _registration.Dispose();
        _socket?.Dispose();
        foreach (UdpSocket socket in _retired)
        {
            socket.Dispose();
        }
    }

    /// <summary>Sends a message, waits for its replies, and writes a result for each; or one that says why there is none.</summary>
    /// <param name="sent">The message as results show it.</param>
    /// <param name="message">Its bytes.</param>
    /// <param name="write">Gets the results.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="NetException">The message does not go into a datagram, or the socket can't be set up.</exception>
    [MethodImpl(HotPath.Options)]
    public void Exchange(object? sent, ReadOnlySpan<byte> message, Action<UdpExchangeResult> write)
    {
        UdpSocket.CheckLength(message.Length, _remote.AddressFamily, _remote.ToString());
        bool refused = false;
        for (int tried = 0; ; tried++)
        {
            if (ExchangeWithAddress(sent, message, write))
            {
                return;
            }
            refused |= _failure == SocketError.ConnectionRefused;
            _doubt = true;
            if (tried == _addresses.Length - 1)
            {
                write(Unanswered(sent, refused ? UdpExchangeStatus.Refused : UdpExchangeStatus.Unreachable, 1));
                return;
            }
            // UDP has no handshake: only a refusal tells that another address may serve better.
            _address = (_address + 1) % _addresses.Length;
        }
    }

    // False when the address is of no use; then _failure tells why.
    [MethodImpl(HotPath.Options)]
    private bool ExchangeWithAddress(object? sent, ReadOnlySpan<byte> message, Action<UdpExchangeResult> write)
    {
        if (!Prepare())
        {
            return false;
        }
        long begin = Stopwatch.GetTimestamp();
        TimeSpan until = TimeSpan.Zero;
        int replies = 0, wanted = _options.ReplyCount;
        for (int attempt = 1; ; attempt++)
        {
            long sentAt = attempt == 1 ? begin : Stopwatch.GetTimestamp();
            if (!Send(message))
            {
                return false;
            }
            if (wanted == 0)
            {
                // On this machine a refusal is there at once; from elsewhere it may come too late to be told.
                if (_socket!.TryReceive(_buffer, out _) == SocketError.ConnectionRefused && !_options.FromAnyone)
                {
                    _failure = SocketError.ConnectionRefused;
                    return false;
                }
                write(Unanswered(sent, UdpExchangeStatus.Sent, attempt));
                return true;
            }
            until = UdpRetrySchedule.WaitUntil(_options.Timeout, replies > 0 ? 0 : _options.RetryCount, attempt, until, _options.RetryCount > 0 ? Random.Shared.NextDouble() : 0);
            while (true)
            {
                long deadline = begin + (long)(until.TotalSeconds * Stopwatch.Frequency);
                Step step = Receive(sent, deadline, out int length, out UdpDatagram? datagram);
                if (step == Step.Replied)
                {
                    TimeSpan latency = Stopwatch.GetElapsedTime(sentAt);
                    replies++;
                    _doubt |= attempt > 1;
                    write(Answered(sent, length, datagram, latency, attempt));
                    if (replies == wanted)
                    {
                        return true;
                    }
                    // Somebody has it: the rest of the time is for further replies.
                    until = _options.Timeout;
                }
                else if (step == Step.Failed && replies == 0)
                {
                    return false;
                }
                else
                {
                    break;
                }
            }
            _doubt = true;
            if (replies > 0 || attempt > _options.RetryCount)
            {
                if (replies == 0 || !_options.FromAnyone)
                {
                    write(Unanswered(sent, UdpExchangeStatus.TimedOut, attempt));
                }
                return true;
            }
        }
    }

    [MethodImpl(HotPath.Options)]
    private Step Receive(object? sent, long deadline, out int length, out UdpDatagram? datagram)
    {
        while (true)
        {
            datagram = null;
            SocketError error = _socket!.Receive(_buffer, deadline, _idle, out length, _options.FromAnyone ? _from : null);
            switch (error)
            {
                case SocketError.Success:
                    if (_options.Filter is null && !_options.FromAnyone)
                    {
                        return Step.Replied;
                    }
                    datagram = new UdpDatagram(_buffer.AsSpan(0, length).ToArray(), length, _options.FromAnyone ? (IPEndPoint)_remote.Create(_from) : _remote, _local!, _options.Encoding, DateTimeOffset.Now);
                    if (_options.Filter is not { } filter || filter(datagram, sent))
                    {
                        return Step.Replied;
                    }
                    _stop.ThrowIfCancellationRequested();
                    break;
                case SocketError.TimedOut:
                    return Step.WaitOver;
                case SocketError.OperationAborted:
                    throw new OperationCanceledException(_stop);
                default:
                    _failure = error;
                    return Fails(error);
            }
        }
    }

    // A socket on which nothing waits that could be taken for the reply.
    [MethodImpl(HotPath.Options)]
    private bool Prepare()
    {
        if (_socket is { } socket && !_doubt && !_surplusSeen && !_options.NewSocket && !_options.FromAnyone)
        {
            if (IsEmpty(socket))
            {
                return true;
            }
            // This path or this server sends more than it is asked for, and may do so again.
            _surplusSeen = true;
        }
        return Renew();
    }

    [MethodImpl(HotPath.Options)]
    private bool IsEmpty(UdpSocket socket)
    {
        while (true)
        {
            switch (socket.TryReceive(_buffer, out _))
            {
                case SocketError.WouldBlock:
                    _stop.ThrowIfCancellationRequested();
                    return true;
                case SocketError.Success:
                    _stop.ThrowIfCancellationRequested();
                    return false;
                default:
                    // A stop, or a refusal of something before, which is cleared by being told.
                    _stop.ThrowIfCancellationRequested();
                    continue;
            }
        }
    }

    private bool Renew()
    {
        if (_remote.Address != _addresses[_address])
        {
            _remote = new IPEndPoint(_addresses[_address], _options.Port);
        }
        UdpSocket fresh;
        try
        {
            // Before the old one is let go: so its port is another.
            fresh = _options.FromAnyone ? UdpSocket.Open(_remote.AddressFamily, _options.Socket) : UdpSocket.Connect(_remote, _options.Socket);
        }
        catch (NetException e) when (e.Error == NetError.HostUnreachable)
        {
            _failure = SocketError.HostUnreachable;
            return false;
        }
        if (_socket is { } old)
        {
            _retired.Enqueue(old);
            if (_retired.Count > RetiredPorts)
            {
                _retired.Dequeue().Dispose();
            }
        }
        _local = fresh.LocalEndPoint;
        _socket = fresh;
        _doubt = false;
        if (_stop.IsCancellationRequested)
        {
            fresh.Abort();
            throw new OperationCanceledException(_stop);
        }
        return true;
    }

    [MethodImpl(HotPath.Options)]
    private bool Send(ReadOnlySpan<byte> message)
    {
        SocketError error = _options.FromAnyone ? _socket!.SendTo(message, _remote) : _socket!.Send(message);
        if (error == SocketError.Success)
        {
            return true;
        }
        _failure = error;
        if (error == SocketError.OperationAborted)
        {
            throw new OperationCanceledException(_stop);
        }
        if (error == SocketError.MessageSize)
        {
            throw UdpSocket.TooLarge(message.Length, _remote.ToString());
        }
        Fails(error);
        return false;
    }

    // A failure of the address is a result; one of this machine is an error.
    private Step Fails(SocketError error) => error == SocketError.ConnectionRefused || UdpSocket.IsUnreachable(error)
        ? Step.Failed
        : throw UdpSocket.Describe(error, _remote.ToString());

    [MethodImpl(HotPath.Options)]
    private UdpExchangeResult Answered(object? sent, int length, UdpDatagram? datagram, TimeSpan latency, int attempt) => new(_options.Encoding)
    {
        ComputerName = _options.ComputerName,
        Port = _options.Port,
        Status = UdpExchangeStatus.Replied,
        Sent = sent,
        Reply = datagram?.Data ?? _buffer.AsSpan(0, length).ToArray(),
        RemoteEndPoint = datagram?.RemoteEndPoint ?? _remote,
        LocalEndPoint = _local,
        Latency = latency,
        Attempt = attempt,
    };

    private UdpExchangeResult Unanswered(object? sent, UdpExchangeStatus status, int attempt) => new(_options.Encoding)
    {
        ComputerName = _options.ComputerName,
        Port = _options.Port,
        Status = status,
        Sent = sent,
        RemoteEndPoint = _remote,
        LocalEndPoint = _local,
        Attempt = attempt,
    };
}
