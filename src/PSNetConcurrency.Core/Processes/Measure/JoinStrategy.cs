namespace PSNetConcurrency;

/// <summary>In which order processes are started and joined.</summary>
public enum JoinStrategy
{
    /// <summary>Each is joined before the next starts: the times add up.</summary>
    Serial,

    /// <summary>All are started, then each is joined in the order of the starts: as long as the longest.</summary>
    Parallel,

    /// <summary>All are started, and each is joined when it ends, the quickest first.</summary>
    AsCompleted,

    /// <summary>No more run at once than -PoolSize says; the next starts when one ends.</summary>
    Pool,
}
