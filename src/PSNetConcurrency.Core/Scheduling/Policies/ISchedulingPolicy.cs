namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>Why a job enters the ready queue.</summary>
internal enum ReadyReason
{
    Arrived,
    IoDone,

    /// <summary>Its quantum ended.</summary>
    Expired,

    /// <summary>Another takes its processor, or all are put back to be chosen anew; its quantum is not over.</summary>
    Preempted,
}

/// <summary>
/// Keeps the ready jobs and chooses among them. The engine does the rest: time, processors, I/O, switches. What a policy
/// does not need it leaves out; a new one is a class in this folder, a value of SchedulingPolicy and a line in PolicyFactory.
/// </summary>
internal interface ISchedulingPolicy
{
    /// <summary>How many jobs are ready.</summary>
    int ReadyCount { get; }

    /// <summary>A job becomes ready.</summary>
    void Enter(int job, ReadyReason reason, long now);

    /// <summary>Takes the job that is to run; one is ready.</summary>
    int Next(long now);

    /// <summary>Why the job just taken was chosen. Called only where somebody wants to know.</summary>
    string Why(int job, long now);

    /// <summary>How long the job may run before the policy wants it back.</summary>
    long Slice(int job) => long.MaxValue;

    /// <summary>The job has had the processor for so long since it was last told of.</summary>
    void Ran(int job, long ticks)
    {
    }

    /// <summary>The job leaves the processor for an I/O.</summary>
    void Blocked(int job, long now)
    {
    }

    /// <summary>
    /// The job is alone until <paramref name="limit"/> ticks have passed: how long it may run if the ends of quanta at which
    /// it would only go on are passed over. The result ends with a quantum as well, and within the limit if it is not the slice.
    /// </summary>
    long ExtendAlone(int job, long slice, long limit) => slice;

    /// <summary>Whether a ready job may take the processor from a running one.</summary>
    bool IsPreemptive => false;

    /// <summary>The rank of the job that would be next; the lower goes before.</summary>
    long NextRank(long now) => 0;

    /// <summary>The rank of a running job that has run for so long since the policy was last told.</summary>
    long RunningRank(int job, long ran) => 0;

    /// <summary>Whether ranks change while nothing happens.</summary>
    bool RanksChange => false;

    /// <summary>When the job that would be next comes before a running one, if nothing happens; long.MaxValue for never.</summary>
    long OvertakesAt(int running) => long.MaxValue;

    /// <summary>When the policy wants to rearrange its jobs; the running ones are put back before that.</summary>
    long NextTimer => long.MaxValue;

    void OnTimer(long now)
    {
    }

    /// <summary>Nothing is ready or runs before the time given: what timers would do until then may be done at once.</summary>
    void SkipTimers(long until)
    {
    }

    /// <summary>Whether a job that comes from an I/O may go before the running one of the same rank, which is put back first.</summary>
    bool PutsBackOnIo => false;

    /// <summary>Whether a job whose burst ends keeps the processor to the end of its slice.</summary>
    bool WholeSlice => false;

    /// <summary>The job's queue, 0 for the highest; null where there is but one.</summary>
    int? QueueOf(int job) => null;
}
