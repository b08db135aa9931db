namespace PSNetConcurrency;

/// <summary>A change of state that was seen between two samples.</summary>
public sealed record StateTransition
{
    /// <summary>When the new state was seen. The change itself came after the sample before.</summary>
    public required DateTimeOffset Time { get; init; }

    public required int ProcessId { get; init; }

    public required string Name { get; init; }

    /// <summary>Null in the first row of a process, which tells the state it was found in.</summary>
    public ProcessState? From { get; init; }

    public required ProcessState To { get; init; }

    /// <summary>Whether the model lets To follow From at once. Where it does not, the samples have missed <see cref="Missed"/>.</summary>
    public required bool IsLegal { get; init; }

    /// <summary>The states that must have come in between, and were too short for the samples.</summary>
    public ProcessState[] Missed { get; init; } = [];

    /// <summary>What makes a process change so, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>How long it had been seen in From.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How often it left a processor since the row before: with more than one change, the rest passed between samples. Null where the system does not tell.</summary>
    public long? ContextSwitches { get; init; }

    /// <summary>The processor it is on, or was on last.</summary>
    public int? Processor { get; init; }
}
