namespace PSNetConcurrency;

/// <summary>What starting and joining processes in one way took.</summary>
/// <param name="Strategy">The way.</param>
/// <param name="Elapsed">From the first start until the last was joined.</param>
/// <param name="SumOfWork">What the processes took, each by itself, added up.</param>
/// <param name="CriticalPath">What the longest of them took: no way is faster.</param>
/// <param name="Order">The processes in the order in which they were joined.</param>
/// <param name="Gantt">When each ran, in seconds from the first start.</param>
public sealed record JoinResult(JoinStrategy Strategy, TimeSpan Elapsed, TimeSpan SumOfWork, TimeSpan CriticalPath, string[] Order, GanttSegment[] Gantt)
{
    /// <summary>SumOfWork to Elapsed: how many times as fast as one after another.</summary>
    public double Speedup => Elapsed > TimeSpan.Zero ? SumOfWork / Elapsed : 1;
}
