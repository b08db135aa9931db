using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Output;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Core.Processes.Pooling;

/// <summary>A process that was started ahead: first the pool's, and from <see cref="Begin"/> on that of the child which uses it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The child that takes the process over, or its end, disposes of the buffer.")]
internal sealed class PooledProcess : RunningProcess, IProcessEvents
{
    private const int IdleBuffer = 64 * 1024;

    private readonly object _gate = new();
    private readonly OutputBuffer _idle = new(IdleBuffer);
    private readonly ScriptInterpreter _interpreter;
    private readonly Action<PooledProcess, ChildOutcome?, ExitStatus> _died;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RunningProcess _running;
    private IProcessEvents? _user;
    private ExitStatus? _exit;

    private PooledProcess(StartRequest request, ScriptInterpreter interpreter, Action<PooledProcess> ready, Action<PooledProcess, ChildOutcome?, ExitStatus> died)
    {
        Environment = request.Environment;
        _interpreter = interpreter;
        _died = died;
        interpreter.WhenReady = () => ready(this);
        _running = ProcessLauncher.Default.Start(request);
        _idle.RoomAvailable = _running.Resume;
    }

    public override int ProcessId => _running.ProcessId;

    /// <summary>The variables that it was started with.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Ends when the process is gone.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Starts it; it reads the greeting and tells by <paramref name="ready"/> that it is warm, or by <paramref name="died"/> that it ended unused.</summary>
    public static PooledProcess Start(StartRequest request, ScriptInterpreter interpreter, ReadOnlyMemory<byte> greeting, Action<PooledProcess> ready, Action<PooledProcess, ChildOutcome?, ExitStatus> died)
    {
        PooledProcess process = new(request, interpreter, ready, died);
        process._running.Begin(process);
        _ = process.GreetAsync(greeting);
        return process;
    }

    /// <summary>Gives it the priority and the processors of the child that is to use it, and lets that child's interpreter go on where its own stopped.</summary>
    public void Adopt(ChildProcessOptions options)
    {
        if (options.PriorityClass is not null || options.ProcessorAffinity is not null)
        {
            if (OperatingSystem.IsLinux())
            {
                ThreadSettings.ApplyTo(ProcessId, options);
            }
            else
            {
                using Process process = Process.GetProcessById(ProcessId);
                PortableLauncher.Configure(process, options);
            }
        }
        (options.Interpreter as ScriptInterpreter)?.GoOn();
    }

    public override void Begin(IProcessEvents events)
    {
        lock (_gate)
        {
            _user = events;
            if (_exit is { } status)
            {
                events.OnExited(status);
            }
        }
        _idle.Dispose();
    }

    public override void Resume() => _running.Resume();

    public override bool Send(StopSignal signal) => _running.Send(signal);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop) => _running.WriteAsync(bytes, stop);

    public override void CloseInput() => _running.CloseInput();

    void IProcessEvents.OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        IProcessEvents? user;
        lock (_gate)
        {
            user = _user;
            if (user is null)
            {
                if (stream == OutputStream.Output)
                {
                    _interpreter.OnStandardOutput(bytes, _idle);
                }
                else
                {
                    _idle.Add(OutputKind.StandardError, bytes);
                }
            }
        }
        user?.OnOutput(stream, bytes);
    }

    bool IProcessEvents.MustPause()
    {
        lock (_gate)
        {
            return _user?.MustPause() ?? _idle.MustPause();
        }
    }

    void IProcessEvents.OnExited(ExitStatus status)
    {
        IProcessEvents? user;
        ChildOutcome? outcome = null;
        lock (_gate)
        {
            user = _user;
            if (user is null)
            {
                _exit = status;
                outcome = _interpreter.OnExit(_idle);
            }
        }
        _gone.TrySetResult();
        if (user is null)
        {
            _idle.Dispose();
            _died(this, outcome, status);
        }
        else
        {
            user.OnExited(status);
        }
    }

    private async Task GreetAsync(ReadOnlyMemory<byte> greeting)
    {
        try
        {
            await _running.WriteAsync(greeting, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Net.NetException)
        {
            // It ended before it had read all; its end tells why.
        }
    }
}
