using System.Diagnostics;
using System.Net;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>
/// An echo measurement under way: connects, lets every connection run, counts, and ends when all that was sent is back.
/// Everything happens on its loop, but for <see cref="Cancel"/>.
/// </summary>
internal sealed class EchoRun
{
    // Below the usual backlog, so that connecting many is not slowed down by dropped requests.
    private const int ConnectsUnderWay = 128;

    private static readonly TimeSpan TickPeriod = TimeSpan.FromSeconds(1);

    private readonly IPAddress[] _addresses;
    private readonly Action<EchoLoadProgress>? _progress;
    private readonly TaskCompletionSource<TcpEchoResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EchoConnection[] _connections;
    private readonly LatencyHistogram _latency = new();
    private readonly bool _counts;
    private readonly long _limit;
    private LoopTimer? _tick;
    private int _address;
    private int _begun;
    private int _connected;
    private int _failed;
    private int _open;
    private bool _running;
    private bool _finished;
    private long _measureFrom;
    private long _end = long.MaxValue;
    private long _lastReturn;
    private long _issued;
    private int _errors;
    private int _mismatches;
    private Exception? _firstError;

    public EchoRun(EventLoop loop, EchoLoadOptions options, IPAddress[] addresses, Action<EchoLoadProgress>? progress)
    {
        Loop = loop;
        Options = options;
        Target = $"{options.ComputerName}:{options.Port}";
        _addresses = addresses;
        _progress = progress;
        _counts = options.Count > 0;
        _limit = _counts ? options.Count : long.MaxValue;
        SentAt = new long[(long)options.Connections * options.Depth];
        _connections = new EchoConnection[options.Connections];
        for (int i = 0; i < _connections.Length; i++)
        {
            _connections[i] = new EchoConnection(this, i);
        }
    }

    public EventLoop Loop { get; }

    public EchoLoadOptions Options { get; }

    public string Target { get; }

    public Task<TcpEchoResult> Completion => _completion.Task;

    /// <summary>When each message under way was sent; a ring of Depth for each connection, side by side.</summary>
    public long[] SentAt { get; }

    /// <summary>The messages under way.</summary>
    public long Outstanding { get; private set; }

    /// <summary>When bytes last arrived.</summary>
    public long LastActivity { get; set; }

    /// <summary>Begins with one connection, which finds the address that answers; the others follow to the same.</summary>
    public void Start() => Connect(_connections[_begun++]);

    /// <summary>Ends it at once; from any thread.</summary>
    public void Cancel(CancellationToken cancellationToken) => Loop.Post(() =>
    {
        if (!_finished)
        {
            End();
            foreach (EchoConnection connection in _connections)
            {
                connection.Abort();
            }
            _completion.TrySetCanceled(cancellationToken);
        }
    });

    public void Connected()
    {
        if (_finished)
        {
            return;
        }
        _connected++;
        _open++;
        ConnectMore();
    }

    public void ConnectFailed(EchoConnection connection, Exception? reason)
    {
        if (_finished)
        {
            return;
        }
        if (connection.Index == 0 && _begun == 1 && _address + 1 < _addresses.Length)
        {
            _firstError ??= reason;
            _address++;
            // Off this call, which is the failed channel's last.
            Loop.Post(() => Connect(connection));
            return;
        }
        Count(ref _errors, reason);
        _failed++;
        if (connection.Index == 0 && _connected == 0)
        {
            End();
            _completion.TrySetException(_firstError ?? new NetException(NetError.SocketFailure, $"{Target} can't be connected to.", Target));
            return;
        }
        ConnectMore();
    }

    public bool MayIssue(long now) => now < _end && (_issued < _limit || now < _measureFrom);

    public void Issued(long now)
    {
        Outstanding++;
        // What warms up is not part of the count.
        if (now >= _measureFrom)
        {
            _issued++;
        }
    }

    public void Returned(long sentAt, long now)
    {
        Outstanding--;
        // A count is of messages sent and returned; a rate over a time is of those that return in it.
        if (_counts ? sentAt >= _measureFrom : now >= _measureFrom && now < _end)
        {
            _lastReturn = now;
            _latency.Record(now - sentAt);
        }
    }

    /// <summary>A message will not come back; another may be sent for it.</summary>
    public void Lost(long sentAt)
    {
        Outstanding--;
        if (sentAt >= _measureFrom)
        {
            _issued--;
        }
    }

    public void Mismatched(EchoConnection connection)
    {
        if (!_finished)
        {
            Count(ref _mismatches, new NetException(NetError.FrameCorrupted, $"{Target} returned other bytes than were sent to it.", Target));
            connection.Abort();
        }
    }

    public void Failed(EchoConnection connection, NetException reason)
    {
        if (!_finished)
        {
            connection.Abort(reason);
        }
    }

    /// <summary>An established connection is closed, before its time unless <see cref="Finish"/> did it.</summary>
    public void Closed(Exception? reason)
    {
        if (_finished)
        {
            return;
        }
        _open--;
        // Without a reason it was closed for a mismatch, which is counted.
        if (reason is not null)
        {
            Count(ref _errors, reason);
        }
        if (_running && Outstanding == 0)
        {
            Finish();
        }
    }

    /// <summary>Everything is back, or nothing more will come.</summary>
    public void Finish()
    {
        if (_finished)
        {
            return;
        }
        End();
        foreach (EchoConnection connection in _connections)
        {
            connection.Close();
        }
        _completion.TrySetResult(Result());
    }

    private void End()
    {
        _finished = true;
        _tick?.Cancel();
    }

    private void Count(ref int counter, Exception? reason)
    {
        counter++;
        _firstError ??= reason;
    }

    private void Connect(EchoConnection connection)
    {
        if (_finished)
        {
            return;
        }
        try
        {
            // A name with several addresses tries each in the time allowed.
            connection.Connect(new IPEndPoint(_addresses[_address], Options.Port), _connected > 0 ? Options.Timeout : Options.Timeout / _addresses.Length);
        }
        catch (NetException e)
        {
            // For want of descriptors, most likely.
            ConnectFailed(connection, e);
        }
    }

    private void ConnectMore()
    {
        while (_begun < _connections.Length && _begun - _connected - _failed < ConnectsUnderWay && !_finished)
        {
            Connect(_connections[_begun++]);
        }
        if (_connected + _failed == _connections.Length && !_running && !_finished)
        {
            Run();
        }
    }

    private void Run()
    {
        _running = true;
        // What failed over to another address is no failure of the measurement.
        if (_errors == 0)
        {
            _firstError = null;
        }
        long now = Stopwatch.GetTimestamp();
        LastActivity = now;
        _measureFrom = now + Ticks(Options.WarmUp);
        if (Options.Duration is { } duration)
        {
            _end = _measureFrom + Ticks(duration);
        }
        ScheduleTick();
        foreach (EchoConnection connection in _connections)
        {
            if (connection.IsOpen)
            {
                connection.Begin(now);
            }
        }
        if (Outstanding == 0)
        {
            Finish();
        }
    }

    private void ScheduleTick()
    {
        TimeSpan period = Options.Timeout / 4 < TickPeriod ? Options.Timeout / 4 : TickPeriod;
        _tick = Loop.Schedule(period, static s => ((EchoRun)s!).Tick(), this);
    }

    private void Tick()
    {
        if (_finished)
        {
            return;
        }
        long now = Stopwatch.GetTimestamp();
        if (Outstanding > 0 && Stopwatch.GetElapsedTime(LastActivity, now) > Options.Timeout)
        {
            foreach (EchoConnection connection in _connections.Where(c => c.IsOpen && c.Outstanding > 0))
            {
                connection.Abort(new NetException(NetError.TimedOut, $"{Target} returned nothing for {Options.Timeout.TotalSeconds:0.###} s.", Target));
            }
            return;
        }
        TimeSpan elapsed = now < _measureFrom ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_measureFrom, Math.Min(now, _end));
        _progress?.Invoke(new EchoLoadProgress(elapsed, _latency.Count, _open));
        ScheduleTick();
    }

    private TcpEchoResult Result()
    {
        long until = !_counts && _open > 0 ? _end : _lastReturn;
        TimeSpan elapsed = _latency.Count > 0 ? Stopwatch.GetElapsedTime(_measureFrom, until) : TimeSpan.Zero;
        double rate = elapsed > TimeSpan.Zero ? _latency.Count / elapsed.TotalSeconds : 0;
        return new TcpEchoResult
        {
            ComputerName = Options.ComputerName,
            Port = Options.Port,
            Connection = _connected,
            Size = Options.Size,
            Depth = Options.Depth,
            UseTls = Options.Tls is not null,
            Exchanges = _latency.Count,
            PerSecond = rate,
            BytesPerSecond = rate * Options.Size,
            LatencyMinimum = Time(_latency.Minimum),
            LatencyP50 = Time(_latency.Percentile(.5)),
            LatencyP90 = Time(_latency.Percentile(.9)),
            LatencyP99 = Time(_latency.Percentile(.99)),
            LatencyMaximum = Time(_latency.Maximum),
            Errors = _errors,
            Mismatches = _mismatches,
            Elapsed = elapsed,
            FirstError = _firstError,
        };
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static TimeSpan Time(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}
