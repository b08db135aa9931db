namespace PSNetConcurrency;

/// <summary>The five states of a process in the textbooks.</summary>
public enum ModelState
{
    /// <summary>It is being made, and not yet admitted to those that compete for the processor.</summary>
    New,

    /// <summary>It could run, and waits for the processor.</summary>
    Ready,

    /// <summary>It has the processor.</summary>
    Running,

    /// <summary>It waits for an event, such as the end of its input or output.</summary>
    Blocked,

    /// <summary>It has ended.</summary>
    Terminated,
}
