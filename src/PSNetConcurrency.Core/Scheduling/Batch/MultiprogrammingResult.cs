namespace PSNetConcurrency;

/// <summary>How busy a processor is with several processes in memory: by the formula, by a queue, by simulation. Shares are 0 to 1.</summary>
public sealed record MultiprogrammingResult
{
    /// <summary>The share of its time that a process alone in memory waits for input and output.</summary>
    public required double IoFraction { get; init; }

    /// <summary>The number of processes in memory.</summary>
    public required int Degree { get; init; }

    /// <summary>1 - IoFraction^Degree: the probability that not all processes wait for input or output, each by itself.</summary>
    public required double FormulaUtilization { get; init; }

    /// <summary>What queueing theory gives where processes wait for the one processor as well (finite source, exponential bursts).</summary>
    public required double QueueUtilization { get; init; }

    /// <summary>What a simulation measured; null without one.</summary>
    public double? SimulatedUtilization { get; init; }

    /// <summary>The seed that repeats the simulation; null without one.</summary>
    public long? Seed { get; init; }
}
