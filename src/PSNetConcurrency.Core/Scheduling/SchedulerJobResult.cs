using System.Globalization;

namespace PSNetConcurrency;

/// <summary>What a simulation did with one job. Times are in the unit of the jobs' times.</summary>
public sealed record SchedulerJobResult
{
    public required string Name { get; init; }

    /// <summary>When it came into the system.</summary>
    public required double Arrival { get; init; }

    /// <summary>The CPU time that it had.</summary>
    public required double Burst { get; init; }

    /// <summary>When it first ran.</summary>
    public required double FirstRun { get; init; }

    /// <summary>When it ended.</summary>
    public required double Completion { get; init; }

    /// <summary>FirstRun less Arrival.</summary>
    public required double Response { get; init; }

    /// <summary>Completion less Arrival.</summary>
    public required double Turnaround { get; init; }

    /// <summary>Turnaround less the time on a processor and the time in I/O.</summary>
    public required double Waiting { get; init; }

    /// <summary>How often it sank to a lower queue.</summary>
    public required int Demotion { get; init; }

    /// <summary>How often a processor changed over to it from another job.</summary>
    public required int ContextSwitch { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {FirstRun}-{Completion}, waited {Waiting}");
}
