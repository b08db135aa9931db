namespace PSNetConcurrency;

/// <summary>How work of several workers lay in time.</summary>
public enum ParallelismVerdict
{
    /// <summary>One worker was finished before the next began.</summary>
    Serial,

    /// <summary>Several were under way at once, and took turns: at any moment one was carried out at the most.</summary>
    Concurrent,

    /// <summary>Several were carried out at the same moment.</summary>
    Parallel,
}
