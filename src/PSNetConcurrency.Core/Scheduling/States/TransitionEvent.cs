namespace PSNetConcurrency;

/// <summary>What takes a process from one state to the next.</summary>
public enum TransitionEvent
{
    /// <summary>New to Ready: the system takes the process in.</summary>
    Admit,

    /// <summary>Ready to Running: the scheduler gives it the processor.</summary>
    Dispatch,

    /// <summary>Running to Ready: its time slice is used up, or another goes first.</summary>
    Timeout,

    /// <summary>Running to Blocked: it asks for something that it must wait for.</summary>
    EventWait,

    /// <summary>Blocked to Ready: what it waited for has come.</summary>
    EventOccurs,

    /// <summary>Running to Terminated: it ends.</summary>
    Release,

    /// <summary>Ready or Blocked to Terminated: another process ends it.</summary>
    Kill,
}
