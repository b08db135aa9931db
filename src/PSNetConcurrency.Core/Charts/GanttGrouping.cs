namespace PSNetConcurrency;

/// <summary>What a row of a Gantt chart stands for.</summary>
public enum GanttGrouping
{
    /// <summary>A lane: a processor, a process, a device.</summary>
    Lane,

    /// <summary>A label: a job, wherever it ran.</summary>
    Label,

    /// <summary>A queue of a policy that has several, the one served first on top.</summary>
    Queue,
}
