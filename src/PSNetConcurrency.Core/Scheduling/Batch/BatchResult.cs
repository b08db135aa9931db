namespace PSNetConcurrency;

/// <summary>How long a deck of jobs took in one era, and what kept the processor.</summary>
public sealed record BatchResult
{
    public required BatchEra Era { get; init; }

    /// <summary>Until the last job was printed.</summary>
    public required double TotalTime { get; init; }

    /// <summary>The sum of the computations, which is the same in every era.</summary>
    public required double CpuBusy { get; init; }

    /// <summary>CpuBusy as a share of TotalTime, 0 to 1.</summary>
    public double CpuUtilization => CpuBusy / TotalTime;

    /// <summary>Jobs in a unit of time.</summary>
    public double Throughput => Job.Length / TotalTime;

    /// <summary>The mean time from submission to the printed output.</summary>
    public double AverageTurnaround => Job.Average(j => j.Turnaround);

    /// <summary>The mean time from submission to the first moment on the processor.</summary>
    public double AverageResponse => Job.Average(j => j.Response);

    /// <summary>The time that went to neither computing nor cards and paper: set-up, tapes on the computer, context switches.</summary>
    public required double Overhead { get; init; }

    /// <summary>Each job, in the order of the deck.</summary>
    public required BatchJobResult[] Job { get; init; }

    /// <summary>What each device did: the lanes Operator, Reader, Tape, CPU and Printer, as far as the era has them.</summary>
    public required GanttSegment[] Timeline { get; init; }

    /// <summary>What the era changed, and what it left.</summary>
    public required string Note { get; init; }
}
