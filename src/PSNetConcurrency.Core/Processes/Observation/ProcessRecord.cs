namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>A process as the system's table had it at one moment.</summary>
internal sealed record ProcessRecord
{
    public required int ProcessId { get; init; }

    /// <summary>0 where it has none: the first process, or one whose parent the system did not tell.</summary>
    public required int ParentProcessId { get; init; }

    /// <summary>Null on Windows, which has no process groups.</summary>
    public int? ProcessGroupId { get; init; }

    /// <summary>The program's name, without a path.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// When it started, in the system's own unit: clock ticks since the boot on Linux, microseconds since 1970 on macOS, 100 ns since 1601
    /// on Windows. Together with the number it names one process for ever, where the number alone is used again.
    /// </summary>
    public required long StartMark { get; init; }

    /// <summary>Null where the system does not tell this user.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>The state in the system's letter, as ps shows it; a space where the system has none for a whole process (Windows).</summary>
    public char Native { get; init; } = ' ';

    /// <summary>How many threads it has; 0 where the system does not tell.</summary>
    public int ThreadCount { get; init; }

    /// <summary>It has ended, and its parent has not asked for its exit code yet.</summary>
    public bool IsZombie => Native is 'Z' or 'X';

    /// <summary>Whether both are of one process, rather than of two that had the number one after the other.</summary>
    public bool IsSameProcess(ProcessRecord other) => ProcessId == other.ProcessId && StartMark == other.StartMark;
}
