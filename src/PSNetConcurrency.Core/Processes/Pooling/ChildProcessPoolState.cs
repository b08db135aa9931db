namespace PSNetConcurrency;

/// <summary>How a pool of child processes fares.</summary>
public enum ChildProcessPoolState
{
    /// <summary>Processes are being started, or will be in a moment.</summary>
    Filling,

    /// <summary>As many processes are ready as the pool is large.</summary>
    Ready,

    /// <summary>Its processes can't be started, again and again; the next use lets it try anew.</summary>
    Failed,

    /// <summary>It was removed.</summary>
    Closed,
}
