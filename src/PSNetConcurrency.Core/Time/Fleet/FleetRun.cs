namespace PSNetConcurrency;

/// <summary>What became of a firing on one node.</summary>
public enum FleetRunState
{
    /// <summary>The script ran to its end, and began within the tolerance.</summary>
    Completed,

    /// <summary>The script ran to its end, and began later than the tolerance after its instant.</summary>
    Late,

    /// <summary>The script ended with an error that it did not catch, or with an exit code other than 0.</summary>
    Failed,

    /// <summary>The script ran longer than it was given, and was stopped.</summary>
    TimedOut,

    /// <summary>The node could not be started or reached, or was lost before the script began.</summary>
    Unreachable,

    /// <summary>The instant was over by more than the deadline before the node could begin: the script did not run.</summary>
    Missed,

    /// <summary>The run before had not ended on this node: the script did not run.</summary>
    Skipped,

    /// <summary>The schedule was stopped, or the run was replaced by the next.</summary>
    Stopped,
}

/// <summary>What to do on a node where the run before has not ended when the next is due.</summary>
public enum FleetOverlapPolicy
{
    /// <summary>The next does not run (Kubernetes: Forbid; Task Scheduler: IgnoreNew).</summary>
    Skip,

    /// <summary>The next runs when the one before has ended (Task Scheduler: Queue).</summary>
    Queue,

    /// <summary>Both run (Kubernetes: Allow; Task Scheduler: Parallel).</summary>
    Parallel,

    /// <summary>The one before is stopped (Kubernetes: Replace; Task Scheduler: StopExisting).</summary>
    Replace,
}

/// <summary>One firing of a schedule on one node.</summary>
public sealed record FleetRun
{
    /// <summary>The name of the schedule.</summary>
    public required string Schedule { get; init; }

    /// <summary>Which firing of the schedule it is, from 1.</summary>
    public required int Number { get; init; }

    public required string Node { get; init; }

    /// <summary>The instant at which it should fire, by the reference clock, with the node's own delay where runs are spread.</summary>
    public required DateTimeOffset Scheduled { get; init; }

    /// <summary>When the script began, by the reference clock as the node knows it; null where it did not.</summary>
    public DateTimeOffset? Fired { get; init; }

    /// <summary>How long after <see cref="Scheduled"/> the script began.</summary>
    public TimeSpan? Skew => Fired - Scheduled;

    /// <summary>How far the reference is ahead of the node's clock, as measured last before it fired.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>How wrong that can be by the way that it was measured on alone: half the packets' delay.</summary>
    public TimeSpan? ClockError { get; init; }

    /// <summary>The servers that the node's clock was measured by; or <c>channel</c> where it was measured through the node's connection, by this machine's clock.</summary>
    public string? Reference { get; init; }

    /// <summary>How long the script ran.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What the script wrote to its success stream; the first 10,000 objects.</summary>
    public object?[] Output { get; init; } = [];

    /// <summary>Its error records; the first 10,000.</summary>
    public object?[] Error { get; init; } = [];

    public required FleetRunState State { get; init; }

    /// <summary>Why it is not Completed, or what was not as it should be; null for nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether it makes up for a firing that was missed.</summary>
    public bool IsCatchUp { get; init; }

    public override string ToString() => $"{Schedule} {Number} on {Node}: {State}{(Skew is { } skew ? $", {TimeWords.WithSign(skew)}" : "")}";
}
