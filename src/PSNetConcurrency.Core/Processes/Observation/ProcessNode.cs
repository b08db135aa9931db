namespace PSNetConcurrency;

/// <summary>A process in the tree of those that started one another.</summary>
public sealed record ProcessNode
{
    public required int ProcessId { get; init; }

    /// <summary>0 where it has none.</summary>
    public required int ParentProcessId { get; init; }

    public required string Name { get; init; }

    /// <summary>How far it is below the first process that is shown, from 0.</summary>
    public required int Depth { get; init; }

    /// <summary>How many children it has, shown or not.</summary>
    public required int ChildCount { get; init; }

    /// <summary>How many threads it has; 0 where the system does not tell.</summary>
    public int ThreadCount { get; init; }

    /// <summary>It has ended, and its parent has not asked for its exit code yet.</summary>
    public bool IsZombie { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Program and arguments, parted by spaces; null where the system does not tell this user (only Linux does).</summary>
    public string? CommandLine { get; init; }

    /// <summary>Its name behind the lines of the tree.</summary>
    public required string Tree { get; init; }
}
