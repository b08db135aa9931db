namespace PSNetConcurrency;

/// <summary>What a process or thread is doing, in the words of the three-state model and what systems add to it.</summary>
public enum ProcessState
{
    /// <summary>It could run, and waits for a processor.</summary>
    Ready,

    /// <summary>It is on a processor.</summary>
    Running,

    /// <summary>It waits for something else than a processor: input, output, a lock, a time, a child.</summary>
    Blocked,

    /// <summary>It was stopped by a signal or a debugger (suspended, on Windows), and runs when it is continued.</summary>
    Stopped,

    /// <summary>It has ended, and its parent has not asked for its exit code yet.</summary>
    Zombie,

    /// <summary>It is gone.</summary>
    Terminated,
}
