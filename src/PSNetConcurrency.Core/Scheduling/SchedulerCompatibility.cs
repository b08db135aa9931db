namespace PSNetConcurrency;

/// <summary>Whose rules decide what happens at the same moment.</summary>
public enum SchedulerCompatibility
{
    /// <summary>The textbooks': what arrives at t enters the queue before what is preempted at t (ArrivalFirst), and a boost keeps the order of the queues (HighestFirst).</summary>
    Textbook,

    /// <summary>Those of OSTEP's scheduler.py, lottery.py and mlfq.py: a quantum that ends at t is dealt with before what arrives at t (ExpiryFirst), a boost takes the lowest queue first (LowestFirst), a lottery's winner keeps the processor for the whole quantum (WholeSlice).</summary>
    Ostep,
}
