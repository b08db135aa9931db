namespace PSNetConcurrency;

/// <summary>What a simulated program does in a tick. Each takes the processor for one.</summary>
public enum ProcessInstruction
{
    /// <summary>It computes.</summary>
    Cpu,

    /// <summary>It starts input or output, and is blocked after this tick.</summary>
    Io,

    /// <summary>It deals with the end of its input or output. One follows each Io.</summary>
    IoDone,
}
