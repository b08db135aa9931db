using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Output;
using PSNetConcurrency.Core.Processes.Pooling;

namespace PSNetConcurrency;

/// <summary>PowerShell processes that were started ahead; each runs one script, and another takes its place.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Closing disposes of the timer.")]
public sealed class ChildProcessPool
{
    // A pool that fails this often in a row waits for its next use.
    private const int MostFailures = 5;

    // New processes would take processor time from the children that are in use: they come when those have ended, but no later than this.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100), Latest = TimeSpan.FromSeconds(1), LongestBackOff = TimeSpan.FromSeconds(30);
    private static int s_lastId;

    private readonly object _gate = new();
    private readonly ChildProcessPoolOptions _options;
    private readonly ChildProcessOptions _start;
    private readonly List<PooledProcess> _ready = [];
    private readonly HashSet<PooledProcess> _starting = [];
    private readonly Timer _timer;
    private TaskCompletionSource _changed = NewSignal();
    private int _reserved;
    private int _inUse;
    private int _failedStarts;
    private int _deaths;
    private long _wanting;
    private bool _closed;

    private ChildProcessPool(ChildProcessPoolOptions options)
    {
        ChildEnvironment.CheckDepth();
        Id = Interlocked.Increment(ref s_lastId);
        Name = options.Name ?? string.Create(CultureInfo.InvariantCulture, $"ChildProcessPool-{Id}");
        _options = options;
        _start = new ChildProcessOptions { FilePath = options.FilePath, Arguments = options.Arguments, WorkingDirectory = options.WorkingDirectory, Environment = PoolEnvironment.AtStart, HasInput = true };
        // What can't be started at all is told now.
        StartChecks.Prepare(_start, Name);
        _timer = new Timer(static p => ((ChildProcessPool)p!).Fill(), this, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its number in this session, from 1.</summary>
    public int Id { get; }

    public string Name { get; }

    /// <summary>How many processes it keeps ready.</summary>
    public int Size => _options.Size;

    public ChildProcessPoolState State
    {
        get
        {
            lock (_gate)
            {
                return _closed ? ChildProcessPoolState.Closed
                    : _failedStarts >= MostFailures ? ChildProcessPoolState.Failed
                    : _ready.Count >= Size ? ChildProcessPoolState.Ready
                    : ChildProcessPoolState.Filling;
            }
        }
    }

    /// <summary>How many processes are warm and wait for a script.</summary>
    public int Ready
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>How many children ran in a process of the pool.</summary>
    public long Used { get; private set; }

    /// <summary>How many children found none ready, and were started as without a pool.</summary>
    public long Missed { get; private set; }

    /// <summary>The share of children that ran in a process of the pool, from 0 to 1; null before the first.</summary>
    public double? HitRate => Used + Missed == 0 ? null : (double)Used / (Used + Missed);

    /// <summary>The PowerShell that it starts.</summary>
    public string PowerShellPath => _options.FilePath;

    /// <summary>The system's numbers of the processes that are ready.</summary>
    public int[] ProcessId
    {
        get
        {
            lock (_gate)
            {
                return [.. _ready.Select(p => p.ProcessId)];
            }
        }
    }

    /// <summary>Why the last process that was started ahead did not become ready; null where it did.</summary>
    public NetException? Failure { get; private set; }

    /// <exception cref="NetException">The PowerShell is not there, or children have come as deep as they may.</exception>
    internal static ChildProcessPool Create(ChildProcessPoolOptions options) => new(options);

    /// <summary>Waits until all processes are ready.</summary>
    /// <exception cref="NetException">They can't be started; HandleClosed: the pool was removed.</exception>
    internal async Task WaitUntilReadyAsync(CancellationToken stop)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_closed)
                {
                    throw new NetException(NetError.HandleClosed, $"The pool {Name} was removed.", Name);
                }
                if (_failedStarts >= MostFailures)
                {
                    throw Failure!;
                }
                if (_ready.Count >= Size)
                {
                    return;
                }
                changed = _changed.Task;
            }
            await changed.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a process that is ready and could have been started with these variables; null where there is none.</summary>
    internal PooledProcess? Take(IReadOnlyDictionary<string, string> environment)
    {
        PooledProcess[] outdated;
        lock (_gate)
        {
            _failedStarts = 0;
            Want(Latest);
            int at = _ready.FindIndex(p => PoolEnvironment.StartAlike(p.Environment, environment));
            if (at >= 0)
            {
                PooledProcess process = _ready[at];
                _ready.RemoveAt(at);
                Used++;
                _inUse++;
                _deaths = 0;
                process.Gone.ContinueWith(_ => Ended(), TaskScheduler.Default);
                return process;
            }
            Missed++;
            outdated = TakeOutdated();
        }
        // Outside of the gate, as all signals: a process may hold its own while it waits for this one to tell of its end.
        foreach (PooledProcess process in outdated)
        {
            process.Send(StopSignal.Kill);
        }
        return null;
    }

    /// <summary>Takes back what was told nothing.</summary>
    internal void GiveBack(PooledProcess process)
    {
        lock (_gate)
        {
            Used--;
            if (!_closed && !process.Gone.IsCompleted)
            {
                _ready.Insert(0, process);
                Changed();
                return;
            }
        }
        process.Send(StopSignal.Kill);
    }

    /// <summary>Ends what was taken and can't be used.</summary>
    internal void Discard(PooledProcess process)
    {
        lock (_gate)
        {
            Used--;
        }
        process.Send(StopSignal.Kill);
    }

    /// <summary>Ends the processes that wait; those in use go on.</summary>
    internal async Task CloseAsync()
    {
        PooledProcess[] left;
        lock (_gate)
        {
            _closed = true;
            left = [.. _ready, .. _starting];
            _ready.Clear();
            _starting.Clear();
            Changed();
        }
        foreach (PooledProcess process in left)
        {
            process.Send(StopSignal.Kill);
        }
        await _timer.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(left.Select(p => p.Gone)).ConfigureAwait(false);
    }

    public override string ToString() => string.Create(CultureInfo.CurrentCulture, $"{Name}: {Ready} of {Size} ready");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Changed()
    {
        TaskCompletionSource before = _changed;
        _changed = NewSignal();
        before.TrySetResult();
    }

    // Within the gate, as all that calls the timer: it is disposed of once the pool is closed.
    private void Want(TimeSpan delay)
    {
        if (_closed)
        {
            return;
        }
        if (_wanting == 0)
        {
            _wanting = Stopwatch.GetTimestamp();
        }
        TimeSpan left = Latest - Stopwatch.GetElapsedTime(_wanting);
        _timer.Change(delay < left ? delay : left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Ended()
    {
        lock (_gate)
        {
            _inUse--;
            if (_inUse == 0 && _wanting != 0)
            {
                Want(Quiet);
            }
        }
    }

    // Where this process's own variables have changed, none will ever fit again.
    private PooledProcess[] TakeOutdated()
    {
        Dictionary<string, string> now = ChildEnvironment.Build(null, Name);
        PooledProcess[] outdated = [.. _ready.Where(p => !PoolEnvironment.StartAlike(p.Environment, now))];
        _ready.RemoveAll(outdated.Contains);
        return outdated;
    }

    private void Fill()
    {
        int count;
        lock (_gate)
        {
            _wanting = 0;
            // A start takes a processor for itself; more at once would only be ready later.
            count = _closed || _failedStarts >= MostFailures ? 0
                : Math.Min(Size - _ready.Count - _starting.Count - _reserved, Environment.ProcessorCount - _starting.Count - _reserved);
            _reserved += Math.Max(0, count);
        }
        for (; count > 0; count--)
        {
            StartOne();
        }
    }

    private void StartOne()
    {
        try
        {
            lock (_gate)
            {
                _reserved--;
                if (_closed)
                {
                    return;
                }
                // The folder may be gone by now; those who use the process move on to theirs anyway.
                StartRequest request = StartChecks.Prepare(Directory.Exists(_start.WorkingDirectory) ? _start : _start with { WorkingDirectory = null }, Name);
                // Its events wait for the gate, so that it is known before it is ready.
                _starting.Add(PooledProcess.Start(request, _options.Interpreter(), _options.Greeting, BecameReady, Died));
            }
        }
        catch (Exception e)
        {
            // Whatever it is: on a timer it would end this process.
            Failed(e as NetException ?? new NetException(NetError.ProcessStartFailed, $"A process of the pool {Name} can't be started: {e.Message}", Name, e));
        }
    }

    private void BecameReady(PooledProcess process)
    {
        lock (_gate)
        {
            if (_starting.Remove(process))
            {
                _ready.Add(process);
                _failedStarts = 0;
                Failure = null;
                Changed();
                if (_ready.Count + _starting.Count + _reserved < Size && _wanting == 0)
                {
                    _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    private void Died(PooledProcess process, ChildOutcome? outcome, ExitStatus status)
    {
        bool started;
        lock (_gate)
        {
            started = _starting.Remove(process);
            if (!started && !_ready.Remove(process))
            {
                return;
            }
        }
        string how = status.Signal is { } signal ? $"by {signal}" : $"with the exit code {status.ExitCode}";
        NetException failure = outcome?.Failure
            ?? new NetException(NetError.ChildKilled, $"The process {process.ProcessId} of the pool {Name} ended {how} before a script used it.", Name);
        Failed(failure, started);
    }

    private void Failed(NetException failure, bool started = true)
    {
        lock (_gate)
        {
            Failure = failure;
            _failedStarts += started ? 1 : 0;
            _deaths++;
            if (!_closed && _failedStarts < MostFailures)
            {
                // Longer each time, so that what dies again and again does not take the machine.
                double seconds = Math.Min(LongestBackOff.TotalSeconds, 0.1 * Math.Pow(2, Math.Min(_deaths, 16)));
                _timer.Change(TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
            }
            Changed();
        }
    }
}
