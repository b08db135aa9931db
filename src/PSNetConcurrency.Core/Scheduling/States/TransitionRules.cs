using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Core.Scheduling.States;

/// <summary>
/// The five-state model: which transitions there are, what causes them, and why there are no others.
/// </summary>
/// <remarks>After W. Stallings, Operating Systems, section 3.2, which also lets another process end one that is ready or blocked.</remarks>
internal static class TransitionRules
{
    private static readonly string[] Arrows = ["->", "→", ">"];

    /// <summary>The transitions of 'Blocked>Running', or of a chain such as 'New>Ready>Running'.</summary>
    public static ProcessTransition[] Parse(string text)
    {
        string[] names = text.Split(Arrows, StringSplitOptions.TrimEntries);
        if (names.Length < 2)
        {
            throw new NetException(NetError.InvalidArgument, $"'{text}' is no transition. Write two states or more with > between, such as 'Blocked>Running'.", text);
        }
        ModelState[] states = Array.ConvertAll(names, n => StateOf(n, text));
        return [.. states.Zip(states.Skip(1), Check)];
    }

    public static ProcessTransition Check(ModelState from, ModelState to)
    {
        TransitionEvent? cause = EventOf(from, to);
        return new ProcessTransition { From = from, To = to, Event = cause, Reason = cause is { } c ? Because(c) : WhyNot(from, to) };
    }

    private static TransitionEvent? EventOf(ModelState from, ModelState to) => (from, to) switch
    {
        (ModelState.New, ModelState.Ready) => TransitionEvent.Admit,
        (ModelState.New, _) or (_, ModelState.New) => null,
        // What holds of processes that are observed holds of the model.
        _ when !StateModel.IsLegal(Observed(from), Observed(to)) => null,
        (ModelState.Running, ModelState.Terminated) => TransitionEvent.Release,
        (_, ModelState.Terminated) => TransitionEvent.Kill,
        (_, ModelState.Running) => TransitionEvent.Dispatch,
        (_, ModelState.Blocked) => TransitionEvent.EventWait,
        (ModelState.Blocked, _) => TransitionEvent.EventOccurs,
        _ => TransitionEvent.Timeout,
    };

    private static ProcessState Observed(ModelState state) => state switch
    {
        ModelState.Ready => ProcessState.Ready,
        ModelState.Running => ProcessState.Running,
        ModelState.Blocked => ProcessState.Blocked,
        _ => ProcessState.Terminated,
    };

    private static string Because(TransitionEvent cause) => cause switch
    {
        TransitionEvent.Admit => "the system admits it to those that compete for the processor",
        TransitionEvent.Dispatch => "the scheduler gives it the processor",
        TransitionEvent.Timeout => "its time slice is used up, or another process goes first",
        TransitionEvent.EventWait => "it asks for something that it must wait for, such as input or output",
        TransitionEvent.EventOccurs => "what it waited for has come",
        TransitionEvent.Release => "it has ended",
        _ => "another process, such as its parent, ends it",
    };

    private static string WhyNot(ModelState from, ModelState to) => (from, to) switch
    {
        _ when from == to => $"it is {Word(from)} already: nothing changes",
        (ModelState.Terminated, _) => "what has ended never comes back",
        (_, ModelState.New) => "a process is new once, before it is admitted",
        (ModelState.New, ModelState.Terminated) => "it must be admitted first: it has not begun, and can't end",
        (ModelState.New, _) => "it must be admitted first: new goes to ready",
        (ModelState.Blocked, ModelState.Running) => "blocked never goes straight to running: it is ready first, and the scheduler chooses",
        _ => "ready never goes straight to blocked: only a running process can ask for something to wait for",
    };

    private static string Word(ModelState state) => state.ToString().ToLowerInvariant();

    private static ModelState StateOf(string name, string text) => name.ToUpperInvariant() switch
    {
        "NEW" => ModelState.New,
        "READY" => ModelState.Ready,
        "RUNNING" => ModelState.Running,
        "BLOCKED" or "WAITING" => ModelState.Blocked,
        "TERMINATED" or "EXIT" or "DONE" => ModelState.Terminated,
        _ => throw new NetException(NetError.InvalidArgument, $"'{name}' in '{text}' is no state. The states are {string.Join(", ", Enum.GetNames<ModelState>())}; Waiting is Blocked, Exit and Done are Terminated.", text),
    };
}
