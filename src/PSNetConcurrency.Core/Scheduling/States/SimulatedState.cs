namespace PSNetConcurrency;

/// <summary>The state of a simulated process in a tick.</summary>
public enum SimulatedState
{
    /// <summary>It could run, and waits for the processor.</summary>
    Ready,

    /// <summary>It has the processor.</summary>
    Running,

    /// <summary>It waits for its input or output.</summary>
    Blocked,

    /// <summary>It has ended.</summary>
    Done,
}
