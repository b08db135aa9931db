namespace PSNetConcurrency;

/// <summary>What each worker of Measure-Parallelism does.</summary>
public enum ParallelismWorkload
{
    /// <summary>Computes, and notes when it had a processor.</summary>
    Cpu,

    /// <summary>Waits, as for a disk or the network, and needs no processor.</summary>
    Io,

    /// <summary>Runs the script block of -ScriptBlock.</summary>
    ScriptBlock,
}
