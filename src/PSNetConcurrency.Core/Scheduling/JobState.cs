namespace PSNetConcurrency.Core.Scheduling;

/// <summary>How far a job is.</summary>
internal struct JobState
{
    /// <summary>CPU time until the next I/O or the end.</summary>
    public long BurstLeft;

    /// <summary>CPU time until the end, of a job without steps.</summary>
    public long CpuLeft;

    /// <summary>Since when it has been ready.</summary>
    public long EnteredAt;

    /// <summary>The place of its burst among all that became ready; a preempted one keeps it.</summary>
    public long Sequence;

    public long FirstRun, Completion;

    /// <summary>Ticks in I/O so far.</summary>
    public long IoTicks;

    public int Step, LastProcessor, Switches, Demotions;
}
