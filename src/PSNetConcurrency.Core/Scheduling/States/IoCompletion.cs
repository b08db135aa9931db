namespace PSNetConcurrency;

/// <summary>What becomes of a process whose input or output is done.</summary>
public enum IoCompletion
{
    /// <summary>It is ready, and runs when its turn comes.</summary>
    RunLater,

    /// <summary>It runs at once; whoever ran is ready again.</summary>
    RunImmediate,
}
