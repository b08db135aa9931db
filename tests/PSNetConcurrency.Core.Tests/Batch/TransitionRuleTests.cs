using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling.States;

namespace PSNetConcurrency.Core.Tests.Batch;

/// <summary>The five-state model, against Stallings' diagram and the transitions he adds in words.</summary>
public class TransitionRuleTests
{
    [Fact]
    public void Just_these_transitions_are_legal()
    {
        Dictionary<string, TransitionEvent> legal = new()
        {
            ["New>Ready"] = TransitionEvent.Admit,
            ["Ready>Running"] = TransitionEvent.Dispatch,
            ["Running>Ready"] = TransitionEvent.Timeout,
            ["Running>Blocked"] = TransitionEvent.EventWait,
            ["Blocked>Ready"] = TransitionEvent.EventOccurs,
            ["Running>Terminated"] = TransitionEvent.Release,
            ["Ready>Terminated"] = TransitionEvent.Kill,
            ["Blocked>Terminated"] = TransitionEvent.Kill,
        };
        ProcessTransition[] all = [.. Enum.GetValues<ModelState>().SelectMany(f => Enum.GetValues<ModelState>().Select(t => TransitionRules.Check(f, t)))];
        Assert.Equal(25, all.Length);
        Assert.Equal(legal.OrderBy(p => p.Key), all.Where(t => t.IsLegal).Select(t => KeyValuePair.Create(t.ToString(), t.Event!.Value)).OrderBy(p => p.Key));
        Assert.All(all, t => Assert.NotEmpty(t.Reason));
    }

    [Theory]
    [InlineData("Blocked>Running", "blocked never goes straight to running: it is ready first")]
    [InlineData("ready -> waiting", "ready never goes straight to blocked")]
    [InlineData("Exit→Ready", "what has ended never comes back")]
    [InlineData("new>running", "it must be admitted first")]
    [InlineData("New>Done", "it must be admitted first")]
    [InlineData("Ready>Ready", "it is ready already")]
    [InlineData("Running>New", "a process is new once")]
    public void What_is_illegal_says_why(string text, string words)
    {
        ProcessTransition transition = Assert.Single(TransitionRules.Parse(text));
        Assert.False(transition.IsLegal);
        Assert.Contains(words, transition.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_is_as_many_transitions() =>
        Assert.Equal(["New>Ready", "Ready>Running", "Running>Blocked"], TransitionRules.Parse("New > Ready>Running->Blocked").Select(t => t.ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("Ready")]
    [InlineData("Ready>")]
    [InlineData("Ready>Sleeping")]
    [InlineData("0>1")]
    public void What_is_no_transition_is_an_error(string text) =>
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => TransitionRules.Parse(text)).Error);
}
