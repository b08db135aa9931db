namespace PSNetConcurrency.Core.Scheduling;

/// <summary>How jobs are to be scheduled. Times are in the unit of the jobs' times.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>Segments kept for a chart unless told otherwise: more than that nobody draws.</summary>
    public const int DefaultGanttLimit = 10_000;

    public SchedulingPolicy Policy { get; init; }

    public SchedulerCompatibility Compatibility { get; init; }

    /// <summary>Null: 1, and 10 for MLFQ, as the programs of OSTEP have it.</summary>
    public double? Quantum { get; init; }

    /// <summary>A quantum for each queue of MLFQ, that of the highest first; null: <see cref="Quantum"/> for all.</summary>
    public IReadOnlyList<double>? QuantumList { get; init; }

    /// <summary>How many quanta a job may use in a queue of MLFQ before it sinks.</summary>
    public int Allotment { get; init; } = 1;

    /// <summary>The same for each queue, the highest first; null: <see cref="Allotment"/> for all.</summary>
    public IReadOnlyList<int>? AllotmentList { get; init; }

    /// <summary>The queues of MLFQ; null: as many as the lists have, or 3.</summary>
    public int? QueueCount { get; init; }

    /// <summary>How often MLFQ lifts all jobs to the highest queue; 0 for never.</summary>
    public double BoostInterval { get; init; }

    /// <summary>Whether an I/O before the quantum's end gives the job a fresh allotment in its queue.</summary>
    public bool StayOnIo { get; init; }

    /// <summary>Whether a job whose I/O is done goes to the head of its queue rather than to the tail.</summary>
    public bool IoBump { get; init; }

    public double ContextSwitchCost { get; init; }

    public int ProcessorCount { get; init; } = 1;

    /// <summary>After how much waiting a job's priority counts as one better; 0 for never.</summary>
    public double AgingInterval { get; init; }

    /// <summary>The numbers that Lottery draws, in their order; null: from <see cref="Seed"/>.</summary>
    public IReadOnlyList<long>? RandomNumber { get; init; }

    public long Seed { get; init; }

    public bool Trace { get; init; }

    /// <summary>The most segments that are kept for a chart; 0 for none.</summary>
    public int GanttLimit { get; init; } = DefaultGanttLimit;
}
