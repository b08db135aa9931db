namespace PSNetConcurrency;

/// <summary>By what Compare-SchedulerPolicy calls a policy the best.</summary>
public enum SchedulerMetric
{
    /// <summary>The least mean time in the ready queue.</summary>
    AverageWaiting,

    /// <summary>The least mean time from arrival to end.</summary>
    AverageTurnaround,

    /// <summary>The least mean time from arrival to the first run.</summary>
    AverageResponse,

    /// <summary>The least waiting time that 99 of 100 jobs do not exceed.</summary>
    P99Waiting,

    /// <summary>The least response time that 99 of 100 jobs do not exceed.</summary>
    P99Response,

    /// <summary>The least waiting time of the job that waited longest.</summary>
    MaxWaiting,

    /// <summary>The fewest context switches.</summary>
    ContextSwitch,

    /// <summary>The largest share of the processors' time in which jobs computed.</summary>
    CpuUtilization,

    /// <summary>The most jobs that ended in a unit of time.</summary>
    Throughput,
}
