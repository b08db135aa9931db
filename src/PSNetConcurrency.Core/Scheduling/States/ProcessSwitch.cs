namespace PSNetConcurrency;

/// <summary>When the processor goes to another process.</summary>
public enum ProcessSwitch
{
    /// <summary>When the running process starts input or output, and when it ends.</summary>
    Io,

    /// <summary>Only when it ends: the processor idles while its input or output is under way.</summary>
    End,
}
