namespace PSNetConcurrency;

/// <summary>A job of a deck: how long each part of its work takes, all in one unit of the user's choice.</summary>
public sealed record BatchJob
{
    public required string Name { get; init; }

    /// <summary>What an operator does by hand before it: mounting, loading a compiler.</summary>
    public double SetupTime { get; init; }

    /// <summary>Its cards in the card reader.</summary>
    public required double ReadTime { get; init; }

    /// <summary>Its computation, alone on the processor.</summary>
    public required double ComputeTime { get; init; }

    /// <summary>Its output on the printer.</summary>
    public required double PrintTime { get; init; }

    public override string ToString() => FormattableString.Invariant($"{Name} {SetupTime}+{ReadTime}+{ComputeTime}+{PrintTime}");
}
