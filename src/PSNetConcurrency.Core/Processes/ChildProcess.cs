using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Output;

namespace PSNetConcurrency;

/// <summary>A process that this one started: what Python's multiprocessing calls a process object.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The end of the process disposes of the timer.")]
public sealed partial class ChildProcess : IProcessEvents
{
    private static int s_lastId;

    private readonly object _gate = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IOutputInterpreter? _interpreter;
    private readonly RunningProcess _running;
    private readonly TimeSpan? _timeout;
    private readonly long _started;
    private readonly Timer? _timer;
    private ChildProcessState _state;
    private ChildProcessState? _stopping;
    private TimeSpan _ran;

    private ChildProcess(ChildProcessOptions options, IProcessLauncher launcher)
    {
        Kind = options.Kind;
        Command = options.Command ?? string.Join(' ', new[] { options.FilePath }.Concat(options.Arguments).Select(Shown));
        Item = options.Item;
        _interpreter = options.Interpreter;
        _timeout = options.Timeout;
        ChildEnvironment.CheckDepth();
        Id = Interlocked.Increment(ref s_lastId);
        Name = options.Name ?? ChildEnvironment.NameOf(Id);
        StartRequest request = StartChecks.Prepare(options, Name);
        Output = new OutputBuffer(options.BufferSize);
        StartTime = DateTimeOffset.Now;
        _started = Stopwatch.GetTimestamp();
        _running = launcher.Start(request);
        ProcessId = _running.ProcessId;
        Output.RoomAvailable = _running.Resume;
        _state = ChildProcessState.Running;
        if (options.Timeout is { } limit)
        {
            _timer = new Timer(static c => ((ChildProcess)c!).RanTooLong(), this, Deadline.Bounded(limit), System.Threading.Timeout.InfiniteTimeSpan);
        }
        _running.Begin(this);
    }

    /// <summary>Its number in this session, from 1.</summary>
    public int Id { get; }

    /// <summary>The system's number of the process.</summary>
    public int ProcessId { get; }

    public int ParentProcessId { get; } = Environment.ProcessId;

    public string Name { get; }

    public ChildProcessKind Kind { get; }

    public string Command { get; }

    /// <summary>The item of the pipeline, or the -InputObject, that it was started for; null where there was none.</summary>
    public object? Item { get; }

    public ChildProcessState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Whether the process exists; false from the moment it has ended.</summary>
    public bool IsAlive => State == ChildProcessState.Running;

    /// <summary>Null while it runs, and where a signal ended it.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The name of the signal that ended it, such as SIGKILL; null where none did.</summary>
    public string? Signal { get; private set; }

    public DateTimeOffset StartTime { get; }

    public DateTimeOffset? ExitTime { get; private set; }

    /// <summary>How long it ran, or has been running.</summary>
    public TimeSpan Duration => IsAlive ? Stopwatch.GetElapsedTime(_started) : _ran;

    /// <summary>Whether output waits to be received.</summary>
    public bool HasMoreData => Output.HasData || Output.IsHeld;

    /// <summary>
    /// The most memory it had resident, in bytes, known once it has ended; null where the system does not tell. Linux tells only of
    /// a child that needed more than the process that started it.
    /// </summary>
    public long? PeakMemory { get; private set; }

    /// <summary>Processor time, user and system, known once it has ended.</summary>
    public TimeSpan? CpuTime { get; private set; }

    /// <summary>Why it failed; null where it did not.</summary>
    public NetException? Failure { get; private set; }

    /// <summary>What it wrote and nobody has received.</summary>
    internal OutputBuffer Output { get; }

    /// <summary>Ends when the process is gone and its output is in <see cref="Output"/>.</summary>
    internal Task Completion => _completion.Task;

    /// <exception cref="NetException">It can't be started: ProgramNotFound, ProgramNotExecutable, WorkingDirectoryMissing, ProcessLimitReached, DepthLimitReached, ProcessStartFailed.</exception>
    internal static ChildProcess Start(ChildProcessOptions options) => Start(options, ProcessLauncher.Default);

    /// <summary>Starts with a given launcher.</summary>
    internal static ChildProcess Start(ChildProcessOptions options, IProcessLauncher launcher) => new(options, launcher);

    /// <summary>Waits until it is gone; false when <paramref name="timeout"/> (null: none) ran out first. While anyone waits, output that memory has no room for goes to a temporary file, so that the child never waits for its reader.</summary>
    /// <exception cref="NetException">FileFailure: its output is more than memory holds, and the temporary file can't be written.</exception>
    internal async Task<bool> WaitAsync(TimeSpan? timeout, CancellationToken stop)
    {
        if (Completion.IsCompleted)
        {
            return true;
        }
        Output.BeginWait();
        try
        {
            Task first = Task.WhenAny(Completion, Output.SpillFailed);
            await first.WaitAsync(timeout is { } limit ? Deadline.Bounded(limit) : System.Threading.Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
            if (!Completion.IsCompleted)
            {
                await Output.SpillFailed.ConfigureAwait(false);
            }
            return true;
        }
        catch (TimeoutException)
        {
            return Completion.IsCompleted;
        }
        finally
        {
            Output.EndWait();
        }
    }

    /// <summary>Writes to its standard input; waits while the pipe is full.</summary>
    /// <exception cref="NetException">HandleClosed: it reads no more, or has ended.</exception>
    internal ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop) => _running.WriteAsync(bytes, stop);

    /// <summary>Ends its standard input, after what was sent.</summary>
    internal void CloseInput() => _running.CloseInput();

    public override string ToString() => $"{Name} ({ProcessId}): {Command}";

    void IProcessEvents.OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        if (stream == OutputStream.Output && _interpreter is not null)
        {
            _interpreter.OnStandardOutput(bytes, Output);
        }
        else
        {
            Output.Add(stream == OutputStream.Output ? OutputKind.StandardOutput : OutputKind.StandardError, bytes);
        }
    }

    bool IProcessEvents.MustPause() => Output.MustPause();

    void IProcessEvents.OnExited(ExitStatus status)
    {
        ChildOutcome? outcome = null;
        try
        {
            outcome = _interpreter?.OnExit(Output);
        }
        catch (Exception e)
        {
            // A bug in the interpreter must not leave those who wait for the child waiting.
            EventLoop.Report(e);
        }
        lock (_gate)
        {
            ExitCode = outcome?.ExitCode ?? status.ExitCode;
            Signal = status.Signal;
            ExitTime = status.Time;
            _ran = Stopwatch.GetElapsedTime(_started);
            PeakMemory = status.PeakMemory;
            CpuTime = status.CpuTime;
            Failure = _stopping switch
            {
                ChildProcessState.TimedOut => new NetException(NetError.TimedOut, $"The child process {Name} ({ProcessId}) ran longer than the {_timeout!.Value.TotalSeconds} s it was given, and was stopped.", Name),
                null => outcome is not null ? outcome.Failure : FailureOf(status),
                _ => null,
            };
            _state = _stopping ?? (Failure is null ? ChildProcessState.Completed : ChildProcessState.Failed);
        }
        _timer?.Dispose();
        Output.Complete();
        _completion.TrySetResult();
    }

    private NetException? FailureOf(ExitStatus status) => status switch
    {
        { Signal: { } signal } => new NetException(NetError.ChildKilled, $"The child process {Name} ({ProcessId}) was ended by {signal}, which came from outside or from a fault of its own.{Cause(signal)}", Name),
        { ExitCode: null } => new NetException(NetError.ChildKilled, $"The child process {Name} ({ProcessId}) is gone, and something else in this process has taken its exit status.", Name),
        { ExitCode: not 0 } => new NetException(NetError.ExitCodeNotZero, $"The child process {Name} ({ProcessId}) ended with the exit code {status.ExitCode}. What it wrote to standard error tells why.", Name),
        _ => null,
    };

    private static string Cause(string signal) => signal switch
    {
        "SIGKILL" => " The system itself sends that when memory runs out.",
        "SIGSEGV" or "SIGBUS" or "SIGILL" or "SIGFPE" or "SIGABRT" => " That is a crash of the program.",
        _ => "",
    };

    private static string Shown(string word) => word.Length > 0 && !word.Any(char.IsWhiteSpace) ? word : $"\"{word}\"";
}
