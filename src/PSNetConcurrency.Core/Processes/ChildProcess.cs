using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Output;

namespace PSNetConcurrency;

/// <summary>A process that this one started: what Python's multiprocessing calls a process object.</summary>
public sealed class ChildProcess
{
    private ChildProcess() => Output = null!;

    /// <summary>Its number in this session, from 1.</summary>
    public int Id { get; }

    /// <summary>The system's number of the process.</summary>
    public int ProcessId { get; }

    public int ParentProcessId { get; }

    public string Name { get; } = "";

    public ChildProcessKind Kind { get; }

    public string Command { get; } = "";

    public ChildProcessState State { get; }

    /// <summary>Whether the process exists; false from the moment it has ended.</summary>
    public bool IsAlive { get; }

    /// <summary>Null while it runs, and where a signal ended it.</summary>
    public int? ExitCode { get; }

    /// <summary>The name of the signal that ended it, such as SIGKILL; null where none did.</summary>
    public string? Signal { get; }

    public DateTimeOffset StartTime { get; }

    public DateTimeOffset? ExitTime { get; }

    /// <summary>How long it ran, or has been running.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Whether output waits to be received.</summary>
    public bool HasMoreData { get; }

    /// <summary>The most memory it had resident, in bytes, known once it has ended; null where the system does not tell.</summary>
    public long? PeakMemory { get; }

    /// <summary>Processor time, user and system, known once it has ended.</summary>
    public TimeSpan? CpuTime { get; }

    /// <summary>Why it failed; null where it did not.</summary>
    public NetException? Failure { get; }

    /// <summary>What it wrote and nobody has received.</summary>
    internal OutputBuffer Output { get; }

    /// <summary>Ends when the process is gone and its output is in <see cref="Output"/>.</summary>
    internal Task Completion { get; } = Task.CompletedTask;

    /// <exception cref="NetException">It can't be started: ProgramNotFound, ProgramNotExecutable, WorkingDirectoryMissing, ProcessLimitReached, DepthLimitReached, ProcessStartFailed.</exception>
    internal static ChildProcess Start(ChildProcessOptions options) => throw new NotImplementedException();

    /// <summary>Waits until it is gone; false when <paramref name="timeout"/> (null: none) ran out first. While anyone waits, output that memory has no room for goes to a temporary file, so that the child never waits for its reader.</summary>
    internal Task<bool> WaitAsync(TimeSpan? timeout, CancellationToken stop) => throw new NotImplementedException();

    /// <summary>TERM (CTRL_BREAK on Windows), then after <paramref name="grace"/> KILL; with <see cref="TimeSpan.Zero"/> KILL at once. Ends when the process, and with <paramref name="includeDescendants"/> all below it, is gone.</summary>
    internal Task StopAsync(TimeSpan grace, bool includeDescendants) => throw new NotImplementedException();

    /// <summary>Writes to its standard input; waits while the pipe is full.</summary>
    /// <exception cref="NetException">HandleClosed: it reads no more, or has ended.</exception>
    internal ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop) => throw new NotImplementedException();

    /// <summary>Ends its standard input, after what was sent.</summary>
    internal void CloseInput() => throw new NotImplementedException();
}
