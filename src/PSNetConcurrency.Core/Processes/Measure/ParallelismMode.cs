namespace PSNetConcurrency;

/// <summary>In what the workers of Measure-Parallelism run.</summary>
public enum ParallelismMode
{
    /// <summary>One after another, in this process.</summary>
    Serial,

    /// <summary>At the same time in this process, each in a runspace on a thread of its own.</summary>
    Runspace,

    /// <summary>At the same time, each in a process of its own.</summary>
    Process,
}
