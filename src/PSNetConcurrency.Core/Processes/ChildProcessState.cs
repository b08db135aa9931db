namespace PSNetConcurrency;

/// <summary>How far a child process is.</summary>
public enum ChildProcessState
{
    /// <summary>It was made, and not started yet.</summary>
    NotStarted,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It ended by itself, with the exit code 0.</summary>
    Completed,

    /// <summary>It ended otherwise: a script that threw, another exit code, a signal from outside, a start that failed.</summary>
    Failed,

    /// <summary>It was stopped with Stop-ChildProcess, or by the end of what started it.</summary>
    Stopped,

    /// <summary>It ran longer than -TimeoutSeconds allows and was stopped.</summary>
    TimedOut,
}
