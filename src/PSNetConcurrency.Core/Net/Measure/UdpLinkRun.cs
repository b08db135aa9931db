using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>One measurement of one address: a thread sends at its pace, another receives.</summary>
internal sealed class UdpLinkRun : IDisposable
{
    private readonly UdpLinkOptions _options;
    private readonly UdpSocket _socket;
    private readonly IPEndPoint _remote;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenRegistration _registration;
    private readonly ManualResetEventSlim _senderStop = new();
    private readonly ulong _run = (ulong)Random.Shared.NextInt64();
    private readonly SequenceAccount _account;
    private readonly LatencyHistogram _latency = new();
    private readonly UdpLinkDatagram[]? _detail;
    private readonly Exception?[] _failures = new Exception?[2];
    private long _begin;
    private long _lastSentAt;
    private long _completeAt;
    private int _sent;
    private int _received;
    private volatile bool _allSent;
    private volatile int _status;
    private int _corrupted;
    private double _latencySum;
    private InterarrivalJitter _jitter;

    public UdpLinkRun(UdpLinkOptions options, IPEndPoint remote, CancellationToken stop)
    {
        _options = options;
        _remote = remote;
        _stop = stop;
        UdpSocket.CheckLength(options.PayloadSize, remote.AddressFamily, remote.ToString());
        _account = new SequenceAccount(options.Count);
        _detail = options.Detailed ? new UdpLinkDatagram[options.Count] : null;
        _socket = UdpSocket.Connect(remote, new UdpOptions());
        _registration = stop.UnsafeRegister(static s => ((UdpLinkRun)s!).End(), this);
    }

    /// <summary>How many were sent so far; any thread may look.</summary>
    public int Sent => Volatile.Read(ref _sent);

    public int Received => Volatile.Read(ref _received);

    /// <summary>Measures on threads of its own.</summary>
    public async Task<UdpLinkResult> RunAsync()
    {
        _begin = Stopwatch.GetTimestamp();
        // Threads of the pool are for those who do not wait.
        Task receiver = Start(Receive, 0), sender = Start(Send, 1);
        await Task.WhenAll(receiver, sender).ConfigureAwait(false);
        _stop.ThrowIfCancellationRequested();
        foreach (Exception failure in _failures.OfType<Exception>())
        {
            throw failure;
        }
        return Result();

        Task Start(Action work, int index) => Task.Factory.StartNew(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                // The other one is to end as well.
                _failures[index] = e;
                End();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _socket.Dispose();
        _senderStop.Dispose();
    }

    private void End()
    {
        _senderStop.Set();
        _socket.Abort();
    }

    private void Send()
    {
        byte[] payload = new byte[_options.PayloadSize];
        UdpLinkPayload.Prepare(payload, _run);
        double interval = _options.Interval.TotalSeconds * Stopwatch.Frequency;
        for (int i = 0; i < _options.Count; i++)
        {
            // Each has its moment on one line from the beginning: being late once delays none of those that follow.
            long due = _begin + (long)(i * interval);
            if (!Sleep(due))
            {
                return;
            }
            long now = Stopwatch.GetTimestamp();
            if (_detail is not null)
            {
                _detail[i] = new UdpLinkDatagram { Sequence = i, SentAfter = Stopwatch.GetElapsedTime(_begin, now) };
            }
            UdpLinkPayload.Write(payload, i, now);
            SocketError error = _socket.Send(payload);
            if (error == SocketError.NoBufferSpaceAvailable)
            {
                // The system dropped it, as a router would.
                error = SocketError.Success;
            }
            if (error != SocketError.Success)
            {
                Fail(error);
                return;
            }
            Volatile.Write(ref _lastSentAt, now);
            Volatile.Write(ref _sent, i + 1);
        }
        _allSent = true;
    }

    // The system's timers count milliseconds: a pace beyond theirs comes in small bursts, all that is due at once.
    private bool Sleep(long due)
    {
        long left = due - Stopwatch.GetTimestamp();
        return !(left > 0 ? _senderStop.Wait((int)Math.Min(int.MaxValue, (left / (Stopwatch.Frequency / 1000)) + 1)) : _senderStop.IsSet);
    }

    private void Receive()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(UdpSocket.BufferSize);
        while (true)
        {
            SocketError error = _socket.Receive(buffer, Deadline(), null, out int length);
            if (error == SocketError.Success)
            {
                Take(buffer.AsSpan(0, length), Stopwatch.GetTimestamp());
            }
            else if (error == SocketError.TimedOut)
            {
                if (_allSent && Stopwatch.GetTimestamp() >= Deadline())
                {
                    return;
                }
            }
            else
            {
                Fail(error);
                return;
            }
        }
    }

    // While there is more to send one looks again later; then the last ones have their time. Copies have as long as the slowest took.
    private long Deadline()
    {
        if (!_allSent)
        {
            return After(Stopwatch.GetTimestamp(), _options.Timeout + _options.Interval);
        }
        long end = After(Volatile.Read(ref _lastSentAt), _options.Timeout);
        return _completeAt == 0 ? end : Math.Min(end, _completeAt + Math.Max(_latency.Maximum, 2 * Stopwatch.Frequency / 1000));
    }

    private void Take(ReadOnlySpan<byte> payload, long now)
    {
        if (!UdpLinkPayload.TryRead(payload, out ulong run, out int sequence, out long sentAt) || payload.Length != _options.PayloadSize)
        {
            _corrupted++;
            return;
        }
        if (run != _run || (uint)sequence >= (uint)_options.Count)
        {
            // Not of this measurement, whoever echoes it.
            return;
        }
        Arrival arrival = _account.Record(sequence);
        if (arrival == Arrival.Duplicate)
        {
            if (_detail is not null)
            {
                _detail[sequence].Duplicate++;
            }
            return;
        }
        if (_account.Received == _options.Count)
        {
            _completeAt = now;
        }
        long transit = now - sentAt;
        _latency.Record(transit);
        _latencySum += transit;
        _jitter.Record(transit);
        if (_detail is not null)
        {
            UdpLinkDatagram datagram = _detail[sequence];
            datagram.Latency = Ticks(transit);
            datagram.ReceivedAs = _account.Received - 1;
            datagram.IsReordered = arrival == Arrival.Reordered;
        }
        Volatile.Write(ref _received, _account.Received);
    }

    private void Fail(SocketError error)
    {
        if (error == SocketError.ConnectionRefused)
        {
            _status = (int)UdpLinkStatus.Refused;
        }
        else if (UdpSocket.IsUnreachable(error))
        {
            _status = (int)UdpLinkStatus.Unreachable;
        }
        else if (error != SocketError.OperationAborted)
        {
            throw UdpSocket.Describe(error, _remote.ToString(), _options.PayloadSize);
        }
        End();
    }

    private UdpLinkResult Result() => new()
    {
        ComputerName = _options.ComputerName,
        Port = _options.Port,
        RemoteEndPoint = _remote,
        Status = _status != 0 ? (UdpLinkStatus)_status : _account.Received > 0 ? UdpLinkStatus.Completed : UdpLinkStatus.NoReply,
        PayloadSize = _options.PayloadSize,
        Sent = _sent,
        Received = _account.Received,
        Duplicate = _account.Duplicate,
        Reordered = _account.Reordered,
        Corrupted = _corrupted,
        Jitter = _account.Received > 1 ? Ticks((long)_jitter.Value) : null,
        LatencyMinimum = OfAny(_latency.Minimum),
        LatencyAverage = OfAny((long)(_latencySum / Math.Max(1, _account.Received))),
        LatencyP50 = OfAny(_latency.Percentile(.5)),
        LatencyP99 = OfAny(_latency.Percentile(.99)),
        LatencyMaximum = OfAny(_latency.Maximum),
        Elapsed = Stopwatch.GetElapsedTime(_begin),
        Datagram = _detail?[.._sent],
    };

    private TimeSpan? OfAny(long stopwatchTicks) => _account.Received > 0 ? Ticks(stopwatchTicks) : null;

    private static long After(long moment, TimeSpan wait) => moment + (long)(wait.TotalSeconds * Stopwatch.Frequency);

    private static TimeSpan Ticks(long stopwatchTicks) => Stopwatch.GetElapsedTime(0, stopwatchTicks);
}
