namespace PSNetConcurrency;

/// <summary>A bar of a Gantt chart: what happened in one lane from one moment to another.</summary>
/// <param name="Lane">The row: a process, a worker, a processor.</param>
/// <param name="Label">What the bar says.</param>
/// <param name="Start">When it begins: seconds from the beginning for what was measured, the simulation's unit for what was simulated.</param>
/// <param name="End">When it ends, in the same unit.</param>
public sealed record GanttSegment(string Lane, string Label, double Start, double End)
{
    /// <summary>The queue that the job came from, 0 for the one served first, under a policy with several queues; null otherwise.</summary>
    public int? Queue { get; init; }

    /// <summary>Whether nothing useful ran: a context switch, a set-up, a tape that is carried over.</summary>
    public bool IsOverhead { get; init; }

    public override string ToString() => FormattableString.Invariant($"{Lane} {Label} {Start:0.###}-{End:0.###}");
}
