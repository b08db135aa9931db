namespace PSNetConcurrency;

/// <summary>A whole simulation of process states.</summary>
public sealed record ProcessStateSummary
{
    public required int ProcessCount { get; init; }

    /// <summary>The ticks until the last process had ended.</summary>
    public required long TotalTime { get; init; }

    /// <summary>The ticks in which an instruction was carried out.</summary>
    public required long CpuBusy { get; init; }

    /// <summary>CpuBusy as a share of TotalTime, 0 to 1.</summary>
    public double CpuUtilization => (double)CpuBusy / TotalTime;

    /// <summary>The ticks in which input or output was under way.</summary>
    public required long IoBusy { get; init; }

    /// <summary>IoBusy as a share of TotalTime, 0 to 1.</summary>
    public double IoUtilization => (double)IoBusy / TotalTime;

    /// <summary>When each process was running and when blocked, one lane a process; a tick n lasts from n - 1 to n. Where a process has no bar it was ready, or done.</summary>
    public required GanttSegment[] Timeline { get; init; }
}
