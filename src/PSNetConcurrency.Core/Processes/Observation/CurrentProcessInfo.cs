namespace PSNetConcurrency;

/// <summary>The process that this script runs in.</summary>
public sealed record CurrentProcessInfo
{
    /// <summary>The name that it was started with as a child process; <c>MainProcess</c> where it is none, as in Python.</summary>
    public required string Name { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>0 where it has none.</summary>
    public required int ParentProcessId { get; init; }

    /// <summary>The program that is its parent; null where that has ended or is not shown.</summary>
    public string? ParentName { get; init; }

    /// <summary>Whether the module started it, or what it comes from, as a child process.</summary>
    public required bool IsChild { get; init; }

    /// <summary>How many children deep it is: 0 outside, 1 in a child, 2 in a child of that.</summary>
    public required int Depth { get; init; }

    /// <summary>The name of its program.</summary>
    public required string ProgramName { get; init; }

    public required string CommandLine { get; init; }

    public required string WorkingDirectory { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    /// <summary>The number of the .NET thread that asks.</summary>
    public required int ThreadId { get; init; }

    /// <summary>The runspace that asks.</summary>
    public Guid RunspaceId { get; init; }

    /// <summary>How many processors it may use.</summary>
    public required int ProcessorCount { get; init; }
}
