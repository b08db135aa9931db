namespace PSNetConcurrency;

/// <summary>The state of a process, or of one of its threads, at one moment.</summary>
public sealed record ProcessStateInfo
{
    public required int ProcessId { get; init; }

    /// <summary>The thread this is about; null where it is about the whole process.</summary>
    public int? ThreadId { get; init; }

    public required string Name { get; init; }

    public required ProcessState State { get; init; }

    /// <summary>The state as the system has it: the letter of ps and its word on Linux, the thread's state on Windows.</summary>
    public required string Native { get; init; }

    /// <summary>What a blocked one waits for, in words; null where it is not blocked, or the system does not tell this user.</summary>
    public string? WaitReason { get; init; }

    /// <summary>The processor it is on, or was on last; null where the system does not tell.</summary>
    public int? Processor { get; init; }

    /// <summary>How many threads the process has.</summary>
    public int ThreadCount { get; init; }

    /// <summary>Processor time used so far; of those threads that live, for a process.</summary>
    public TimeSpan? RunTime { get; init; }

    /// <summary>Time spent ready, waiting for a processor, so far; null where the system does not tell.</summary>
    public TimeSpan? ReadyTime { get; init; }

    /// <summary>How often it left a processor so far; null where the system does not tell.</summary>
    public long? ContextSwitches { get; init; }

    /// <summary>When it was looked at.</summary>
    public required DateTimeOffset Time { get; init; }
}
