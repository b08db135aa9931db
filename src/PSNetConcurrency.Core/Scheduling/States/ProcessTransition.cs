namespace PSNetConcurrency;

/// <summary>Whether one state of a process may follow another, and why.</summary>
public sealed record ProcessTransition
{
    public required ModelState From { get; init; }

    public required ModelState To { get; init; }

    public bool IsLegal => Event is not null;

    /// <summary>What makes a process change so; null where nothing does.</summary>
    public required TransitionEvent? Event { get; init; }

    /// <summary>In words: what happens, or why it can't.</summary>
    public required string Reason { get; init; }

    public override string ToString() => $"{From}>{To}";
}
