namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>
/// Which state may follow which: the three-state model (Ready, Running, Blocked), with being stopped and continued, and the end.
/// </summary>
/// <remarks>After W. Stallings, Operating Systems, chapter 3: five states, and suspension, from which a process comes back ready or blocked.</remarks>
internal static class StateModel
{
    public static bool IsLegal(ProcessState from, ProcessState to) => (from, to) switch
    {
        (ProcessState.Ready, ProcessState.Running) => true,
        (ProcessState.Running, ProcessState.Ready) => true,
        (ProcessState.Running, ProcessState.Blocked) => true,
        (ProcessState.Blocked, ProcessState.Ready) => true,
        (ProcessState.Terminated, _) => false,
        (ProcessState.Zombie, _) => to == ProcessState.Terminated,
        (ProcessState.Stopped, ProcessState.Ready or ProcessState.Blocked) => true,
        // A signal stops or ends a process whatever it does.
        (_, ProcessState.Stopped or ProcessState.Zombie or ProcessState.Terminated) => from != to,
        _ => false,
    };

    /// <summary>The states in between where <paramref name="to"/> can't follow at once: what the samples missed, at the least.</summary>
    public static ProcessState[] Between(ProcessState from, ProcessState to) => (from, to) switch
    {
        (ProcessState.Blocked or ProcessState.Stopped, ProcessState.Running) => [ProcessState.Ready],
        (ProcessState.Ready, ProcessState.Blocked) => [ProcessState.Running],
        _ => [],
    };

    /// <summary>What makes a process change so, in words.</summary>
    public static string Reason(ProcessState? from, ProcessState to, string? waitReason) => to switch
    {
        _ when from is null => waitReason is null ? "first look" : $"first look: {waitReason}",
        ProcessState.Blocked => $"gave up the processor: {waitReason ?? "it waits"}",
        ProcessState.Ready when from == ProcessState.Running => "taken off the processor: its slice is used up, or another goes first",
        ProcessState.Ready when from == ProcessState.Stopped => "continued",
        ProcessState.Ready => "what it waited for has come",
        ProcessState.Running => "given a processor",
        ProcessState.Stopped => "stopped by a signal or a debugger",
        ProcessState.Zombie => "ended; its parent has not asked for its exit code yet",
        _ => "gone",
    };
}
