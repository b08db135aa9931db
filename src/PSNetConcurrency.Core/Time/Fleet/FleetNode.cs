namespace PSNetConcurrency;

/// <summary>How a node of a fleet is reached.</summary>
public enum FleetNodeKind
{
    /// <summary>A process of this machine.</summary>
    Local,

    /// <summary>A process behind a launcher, such as ssh.</summary>
    Via,

    /// <summary>A PSSession.</summary>
    Session,
}

/// <summary>A machine, or for a trial a process of this one, on which schedules run scripts.</summary>
public sealed record FleetNode
{
    public required string Name { get; init; }

    public FleetNodeKind Kind => Session is not null ? FleetNodeKind.Session : Via.Length > 0 ? FleetNodeKind.Via : FleetNodeKind.Local;

    /// <summary>The words of a launcher, such as ssh, host1. Empty for none.</summary>
    public string[] Via { get; init; } = [];

    /// <summary>A PSSession; null for none.</summary>
    public object? Session { get; init; }

    /// <summary>The pwsh to start; null for the one that runs here, or behind a launcher pwsh.</summary>
    public string? PowerShellPath { get; init; }

    /// <summary>For trials: so far the node's clock is ahead of what its machine has.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>Whether it has room for one agent at a time, as a session has.</summary>
    internal bool RunsOneAtATime => Session is not null;

    public override string ToString() => Name;
}
