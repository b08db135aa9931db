using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Core.Tests.Processes.Observation;

public class StateModelTests
{
    private static readonly ProcessState[] All = Enum.GetValues<ProcessState>();

    [Fact]
    public void The_three_states_have_four_legal_changes()
    {
        ProcessState[] three = [ProcessState.Ready, ProcessState.Running, ProcessState.Blocked];
        (ProcessState, ProcessState)[] legal = [.. from a in three from b in three where StateModel.IsLegal(a, b) select (a, b)];
        Assert.Equal(
            [(ProcessState.Ready, ProcessState.Running), (ProcessState.Running, ProcessState.Ready), (ProcessState.Running, ProcessState.Blocked), (ProcessState.Blocked, ProcessState.Ready)],
            legal);
    }

    [Fact]
    public void What_was_missed_makes_a_legal_way()
    {
        foreach ((ProcessState from, ProcessState to) in from a in All from b in All where a != b select (a, b))
        {
            ProcessState[] between = StateModel.Between(from, to);
            Assert.Equal(between.Length == 0, StateModel.IsLegal(from, to) || from is ProcessState.Terminated or ProcessState.Zombie);
            if (between.Length > 0)
            {
                ProcessState[] way = [from, .. between, to];
                Assert.All(way.Zip(way.Skip(1)), step => Assert.True(StateModel.IsLegal(step.First, step.Second)));
            }
        }
    }

    [Fact]
    public void Nothing_comes_back_from_its_end()
    {
        Assert.All(All, to => Assert.False(StateModel.IsLegal(ProcessState.Terminated, to)));
        Assert.Equal([ProcessState.Terminated], All.Where(to => StateModel.IsLegal(ProcessState.Zombie, to)));
    }

    [Fact]
    public void A_process_is_as_its_busiest_thread()
    {
        Assert.Equal(2, StateSampler.Deciding([ProcessState.Blocked, ProcessState.Ready, ProcessState.Running]));
        Assert.Equal(1, StateSampler.Deciding([ProcessState.Blocked, ProcessState.Ready]));
        Assert.Equal(0, StateSampler.Deciding([ProcessState.Blocked, ProcessState.Blocked]));
        // The first thread has ended before the others.
        Assert.Equal(1, StateSampler.Deciding([ProcessState.Zombie, ProcessState.Blocked]));
        Assert.Equal(0, StateSampler.Deciding([ProcessState.Zombie]));
    }
}
