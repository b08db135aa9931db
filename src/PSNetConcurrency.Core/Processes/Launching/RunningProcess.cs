namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>What to start, with all that is to be looked up known: the program's full path, and all its variables.</summary>
internal sealed record StartRequest(string Name, string Path, IReadOnlyList<string> Arguments, string? WorkingDirectory, IReadOnlyDictionary<string, string> Environment, ChildProcessOptions Options)
{
    /// <summary>Whether its output goes to the null device rather than to a pipe.</summary>
    public bool DropsOutput => Options.Detached && Options.Interpreter is null;
}

/// <summary>Starts processes in the way of one system.</summary>
internal interface IProcessLauncher
{
    /// <exception cref="Net.NetException">It can't be started.</exception>
    RunningProcess Start(StartRequest request);
}

/// <summary>Is told of a process: never by two threads at once, and never so that it may block.</summary>
internal interface IProcessEvents
{
    void OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes);

    /// <summary>Whether output is not to be read now; <see cref="RunningProcess.Resume"/> ends that.</summary>
    bool MustPause();

    /// <summary>It is gone, and what it had written is read.</summary>
    void OnExited(ExitStatus status);
}

internal enum OutputStream
{
    Output,
    Error,
}

/// <summary>How a process ended: by itself with an exit code, or by a signal; both are null where the system does not tell.</summary>
internal readonly record struct ExitStatus(int? ExitCode, string? Signal, DateTimeOffset Time, long? PeakMemory, TimeSpan? CpuTime);

internal enum StopSignal
{
    /// <summary>Asks: SIGTERM, CTRL_BREAK.</summary>
    Terminate,

    /// <summary>Does not ask: SIGKILL, TerminateProcess.</summary>
    Kill,
}

/// <summary>A process that a launcher started, as long as it lasts.</summary>
internal abstract class RunningProcess
{
    public abstract int ProcessId { get; }

    /// <summary>Reports to <paramref name="events"/> from now on.</summary>
    public abstract void Begin(IProcessEvents events);

    /// <summary>Reads output again after a pause; from any thread.</summary>
    public abstract void Resume();

    /// <summary>Sends a signal to the process, and to its group where it leads one; never to another that has got its number.</summary>
    /// <returns>False when it is gone, or the system has no such signal for it.</returns>
    public abstract bool Send(StopSignal signal);

    /// <summary>Writes to its standard input, in the order of the calls; ends when the pipe has taken all.</summary>
    /// <exception cref="Net.NetException">HandleClosed.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop);

    /// <summary>Ends its standard input, after what is being written.</summary>
    public abstract void CloseInput();
}
