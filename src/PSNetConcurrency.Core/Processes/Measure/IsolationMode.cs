namespace PSNetConcurrency;

/// <summary>What is tried for isolation.</summary>
public enum IsolationMode
{
    /// <summary>A process of its own: memory is not shared.</summary>
    Process,

    /// <summary>A runspace of this process: PowerShell's state is its own, the process's state is shared.</summary>
    Runspace,
}
