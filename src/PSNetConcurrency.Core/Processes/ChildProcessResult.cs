using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency;

/// <summary>All there is to know of a child process that has ended.</summary>
public sealed class ChildProcessResult
{
    internal ChildProcessResult(ChildProcess child, IReadOnlyList<ChildProcessRecord> records)
    {
        (Id, Name, Command, Kind, State, ProcessId) = (child.Id, child.Name, child.Command, child.Kind, child.State, child.ProcessId);
        Item = child.Item;
        (ExitCode, Signal, Failure) = (child.ExitCode, child.Signal, child.Failure);
        (StartTime, ExitTime, Duration, PeakMemory, CpuTime) = (child.StartTime, child.ExitTime, child.Duration, child.PeakMemory, child.CpuTime);
        Record = [.. records];
        Output = [.. records.Where(r => r.Stream is ChildStreamKind.Output or ChildStreamKind.StandardOutput).Select(r => r.Value)];
        Error = [.. records.Where(r => r.Stream is ChildStreamKind.Error).Select(r => r.Value)];
    }

    /// <summary>The child's number in the session.</summary>
    public int Id { get; }

    public string Name { get; }

    public string Command { get; }

    /// <summary>The item of the pipeline, or the -InputObject, that it was started for; null where there was none.</summary>
    public object? Item { get; }

    public ChildProcessKind Kind { get; }

    public ChildProcessState State { get; }

    public int ProcessId { get; }

    /// <summary>Null where a signal ended it.</summary>
    public int? ExitCode { get; }

    /// <summary>The name of the signal that ended it, such as SIGKILL; null where none did.</summary>
    public string? Signal { get; }

    /// <summary>Whether it ended by itself, and well.</summary>
    public bool Success => State == ChildProcessState.Completed;

    /// <summary>Whether it ran longer than it was allowed to.</summary>
    public bool TimedOut => State == ChildProcessState.TimedOut;

    /// <summary>Standard output as one text, its lines joined by LF, without the last line break; of a script its output objects, each as a line of text.</summary>
    public string StandardOutput { get; internal init; } = "";

    /// <summary>Standard error as one text; of a script its errors and what it printed there, each as a line of text.</summary>
    public string StandardError { get; internal init; } = "";

    /// <summary>What a script wrote to its success stream; of a program its lines, or with -AsByteStream pieces of bytes.</summary>
    public object?[] Output { get; }

    /// <summary>The error records of a script.</summary>
    public object?[] Error { get; }

    /// <summary>All that was written to any stream, in its order.</summary>
    public ChildProcessRecord[] Record { get; }

    /// <summary>Why it failed; null where it did not.</summary>
    public NetException? Failure { get; }

    public DateTimeOffset StartTime { get; }

    public DateTimeOffset? ExitTime { get; }

    public TimeSpan Duration { get; }

    /// <summary>The most memory it had resident, in bytes; null where the system does not tell.</summary>
    public long? PeakMemory { get; }

    /// <summary>Processor time, user and system; null where the system does not tell.</summary>
    public TimeSpan? CpuTime { get; }

    public override string ToString() => $"{Name}: {(Signal ?? ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? State.ToString())}";
}
