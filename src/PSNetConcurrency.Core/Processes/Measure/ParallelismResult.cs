namespace PSNetConcurrency;

/// <summary>How far work of several workers was done at the same moment.</summary>
public sealed record ParallelismResult
{
    public required ParallelismMode Mode { get; init; }

    public required ParallelismWorkload Workload { get; init; }

    public required int WorkerCount { get; init; }

    /// <summary>The processors that the workers were allowed to use.</summary>
    public required int ProcessorCount { get; init; }

    /// <summary>From the beginning until the last worker was joined, starting them included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What the workers did, added up: time on a processor (Cpu), waiting (Io), or from beginning to end (ScriptBlock).</summary>
    public required TimeSpan SumOfWork { get; init; }

    /// <summary>The most that were carried out at one moment.</summary>
    public required int MaxSimultaneous { get; init; }

    /// <summary>For how long more than one was carried out.</summary>
    public required double OverlapSeconds { get; init; }

    public required ParallelismVerdict Verdict { get; init; }

    /// <summary>The verdict, and what it rests on, in a sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>When each worker was carried out, in seconds from the beginning.</summary>
    public required GanttSegment[] Gantt { get; init; }

    /// <summary>SumOfWork to Elapsed.</summary>
    public double Speedup => Elapsed > TimeSpan.Zero ? SumOfWork / Elapsed : 1;

    /// <summary>Speedup to the number of processors that could be used: 1 is the most that is possible for computing.</summary>
    public double Efficiency => Speedup / Math.Min(WorkerCount, ProcessorCount);
}
