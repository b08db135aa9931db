namespace PSNetConcurrency;

/// <summary>How often a process left a processor in a time, and why.</summary>
public sealed record ContextSwitchResult
{
    public required int ProcessId { get; init; }

    public required string Name { get; init; }

    /// <summary>How often it gave the processor up by itself, to wait.</summary>
    public required long Voluntary { get; init; }

    /// <summary>How often it was taken off the processor: its slice was used up, or another went first.</summary>
    public required long Involuntary { get; init; }

    /// <summary>Both together, a second.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Processor time used in that time. With several threads at once it can be more than that time.</summary>
    public required TimeSpan RunTime { get; init; }

    /// <summary>Time ready, waiting for a processor; null where the kernel does not tell.</summary>
    public TimeSpan? ReadyTime { get; init; }

    /// <summary>How many threads were seen.</summary>
    public required int ThreadCount { get; init; }

    /// <summary>How long it was measured: shorter than asked for where the process ended.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether the process ended meanwhile. What it did after the last sample is not in the counts.</summary>
    public required bool HasEnded { get; init; }

    /// <summary>What the counts say of it, in words.</summary>
    public required string Interpretation { get; init; }
}
