namespace PSNetConcurrency;

/// <summary>How a deck of jobs is worked off, in the order of history.</summary>
public enum BatchEra
{
    /// <summary>One user after the other has the whole machine: set up, cards in, compute, print.</summary>
    PunchCard,

    /// <summary>The jobs stand in one queue, and a monitor goes from each to the next: set up once; cards and printer still on the computer.</summary>
    OnlineBatch,

    /// <summary>Small machines copy cards to tape and tape to the printer, beside the computer, which only handles tape.</summary>
    OfflineBatch,

    /// <summary>Several jobs are in memory: while one computes, the reader and the printer work for others.</summary>
    Multiprogramming,

    /// <summary>The same, and the jobs in memory have the processor in turns, a quantum each.</summary>
    TimeSharing,
}
