namespace PSNetConcurrency.Core.Time;

/// <summary>What a fleet's schedule is to do.</summary>
internal sealed record FleetScheduleOptions
{
    public string? Name { get; init; }

    public required Schedule Schedule { get; init; }

    public required IReadOnlyList<FleetNode> Nodes { get; init; }

    /// <summary>Time servers; none for this machine's clock.</summary>
    public IReadOnlyList<(string Host, int Port)> Servers { get; init; } = [];

    /// <summary>Whether each firing goes by one server, picked at random.</summary>
    public bool PicksAtRandom { get; init; }

    public long Seed { get; init; }

    /// <summary>Each node fires so much later, at most, at random.</summary>
    public TimeSpan Splay { get; init; }

    /// <summary>Where the time of the last firing is kept, so that one that is missed is made up for; null for nowhere.</summary>
    public string? StampPath { get; init; }

    public FleetOverlapPolicy Overlap { get; init; }

    /// <summary>How many firings; 0 for all there are.</summary>
    public int Count { get; init; }

    /// <summary>How long the script may run; null for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How much later than its instant a node may still begin.</summary>
    public TimeSpan StartingDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What begins later than this is late.</summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Nodes are never started later than this before the instant.</summary>
    public TimeSpan LeastLead { get; init; }

    /// <summary>How long before the instant nodes are started at first; then as long as they were seen to need.</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromSeconds(15);
}
