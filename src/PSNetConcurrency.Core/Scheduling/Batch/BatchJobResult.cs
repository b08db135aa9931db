namespace PSNetConcurrency;

/// <summary>What became of a job. All were submitted at time 0.</summary>
public sealed record BatchJobResult
{
    public required string Name { get; init; }

    /// <summary>When it first had the processor.</summary>
    public required double Response { get; init; }

    /// <summary>When its output was printed, which is its turnaround, as it was submitted at time 0.</summary>
    public required double Turnaround { get; init; }

    public override string ToString() => FormattableString.Invariant($"{Name} {Turnaround:0.###}");
}
