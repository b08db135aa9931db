namespace PSNetConcurrency;

/// <summary>Who runs next, and for how long.</summary>
public enum SchedulingPolicy
{
    /// <summary>First come, first served: in the order in which jobs become ready, each until it blocks or ends.</summary>
    FCFS,

    /// <summary>Shortest job first: the shortest next CPU burst, which then is not interrupted.</summary>
    SJF,

    /// <summary>Shortest remaining time first: as SJF, but a shorter burst that becomes ready takes the processor.</summary>
    SRTF,

    /// <summary>First come, first served, for a quantum at a time.</summary>
    RoundRobin,

    /// <summary>The lowest priority number first, not interrupted.</summary>
    Priority,

    /// <summary>The lowest priority number first; a lower one takes the processor.</summary>
    PriorityPreemptive,

    /// <summary>Highest response ratio next: (waited + burst) / burst, not interrupted.</summary>
    HRRN,

    /// <summary>Multi-level feedback queue: who uses up its allotment sinks to a lower queue.</summary>
    MLFQ,

    /// <summary>A ticket is drawn for each quantum; more tickets, more luck.</summary>
    Lottery,

    /// <summary>The share of the tickets without luck: the job whose pass is lowest runs for a quantum.</summary>
    Stride,
}
