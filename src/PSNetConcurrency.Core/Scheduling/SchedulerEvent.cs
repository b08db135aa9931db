using System.Globalization;

namespace PSNetConcurrency;

/// <summary>What happened in a simulation, and why.</summary>
/// <param name="Time">When, in the unit of the jobs' times.</param>
/// <param name="Event">What.</param>
/// <param name="Job">To which job; null for what concerns all.</param>
/// <param name="Processor">On which processor; null where on none.</param>
/// <param name="Queue">The job's queue after it, 0 for the one served first, under MLFQ; null otherwise.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record SchedulerEvent(double Time, SchedulerEventKind Event, string? Job, int? Processor, int? Queue, string Reason)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time} {Event} {Job}: {Reason}");
}

/// <summary>The kinds of events of a simulation.</summary>
public enum SchedulerEventKind
{
    /// <summary>The job came into the system.</summary>
    Arrived,

    /// <summary>The job got a processor.</summary>
    Dispatched,

    /// <summary>The job used up its quantum and gave the processor back.</summary>
    QuantumExpired,

    /// <summary>The processor was taken from the job before its quantum or burst ended.</summary>
    Preempted,

    /// <summary>The job used up its allotment and sank to a lower queue.</summary>
    Demoted,

    /// <summary>All jobs were lifted to the highest queue.</summary>
    Boosted,

    /// <summary>The job was chosen by a priority that waiting had raised.</summary>
    Aged,

    /// <summary>The job left the processor to wait for an I/O.</summary>
    IoStarted,

    /// <summary>The job's I/O ended; it is ready again.</summary>
    IoDone,

    /// <summary>The job ended.</summary>
    Finished,
}
