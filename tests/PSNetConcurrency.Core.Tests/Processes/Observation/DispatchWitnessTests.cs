using CsCheck;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Core.Tests.Processes.Observation;

public class DispatchWitnessTests
{
    [Fact]
    public async Task One_more_arrival_than_departures_is_on_a_processor()
    {
        Assert.Equal(ProcessState.Running, await new DispatchWitness().JudgeAsync(Thread('R', 10, 9), Never, default));
    }

    [Fact]
    public async Task Without_arrivals_every_runnable_thread_is_running()
    {
        Assert.Equal(ProcessState.Running, await new DispatchWitness().JudgeAsync(new ThreadSample(1, 'R', null, 5, 5, 0, 0), Never, default));
    }

    [Theory]
    [InlineData('S', ProcessState.Blocked)]
    [InlineData('D', ProcessState.Blocked)]
    [InlineData('I', ProcessState.Blocked)]
    [InlineData('T', ProcessState.Stopped)]
    [InlineData('t', ProcessState.Stopped)]
    [InlineData('Z', ProcessState.Zombie)]
    public async Task What_is_not_runnable_is_in_the_letter(char native, ProcessState expected)
    {
        Assert.Equal(expected, await new DispatchWitness().JudgeAsync(Thread(native, 10, 10), Never, default));
    }

    [Fact]
    public async Task What_was_seen_blocked_is_known_from_then_on()
    {
        DispatchWitness witness = new();
        // Three arrivals were missed in its life.
        await witness.JudgeAsync(Thread('S', 100, 103), Never, default);
        Assert.Equal(ProcessState.Running, await witness.JudgeAsync(Thread('R', 101, 103), Never, default));
        Assert.Equal(ProcessState.Ready, await witness.JudgeAsync(Thread('R', 101, 104), Never, default));
    }

    [Fact]
    public async Task Processor_time_betrays_one_that_runs()
    {
        Assert.Equal(ProcessState.Running, await new DispatchWitness().JudgeAsync(Thread('R', 10, 10), () => Thread('R', 10, 10, run: 5), default));
    }

    [Fact]
    public async Task One_that_ends_while_it_is_looked_at_does_not_hold_up_the_judgement()
    {
        Task<ProcessState> judgement = new DispatchWitness().JudgeAsync(Thread('R', 10, 10), () => Thread('Z', 11, 11), default).AsTask();
        Assert.Equal(ProcessState.Ready, await judgement.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task One_that_leaves_without_having_come_was_running()
    {
        Assert.Equal(ProcessState.Running, await new DispatchWitness().JudgeAsync(Thread('R', 10, 10), () => Thread('R', 10, 11), default));
    }

    [Fact]
    public async Task One_that_comes_without_having_left_was_ready()
    {
        Assert.Equal(ProcessState.Ready, await new DispatchWitness().JudgeAsync(Thread('R', 10, 10), () => Thread('R', 11, 10), default));
    }

    [Fact]
    public async Task One_of_which_nothing_changes_is_ready()
    {
        Assert.Equal(ProcessState.Ready, await new DispatchWitness().JudgeAsync(Thread('R', 10, 10), () => Thread('R', 10, 10), default));
    }

    [Fact]
    public async Task One_that_ends_meanwhile_keeps_nobody_waiting()
    {
        Assert.Equal(ProcessState.Ready, await new DispatchWitness().JudgeAsync(Thread('R', 10, 10), () => null, default));
    }

    [Fact]
    public async Task It_stops_at_once()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new DispatchWitness().JudgeAsync(Thread('R', 10, 10), Never, stop.Token).AsTask());
    }

    /// <summary>A thread of a scheduler of our own, looked at whenever it likes: what it is said to be, once it was seen blocked, is what it is.</summary>
    [Fact]
    public Task A_thread_whose_counts_are_right_is_never_judged_wrongly() =>
        (from missed in Gen.Int[0, 50]
         from steps in Gen.Int[0, 2].Array[1, 60]
         select (missed, steps)).SampleAsync(async p =>
         {
             ProcessState state = ProcessState.Blocked;
             long arrivals = 1000, departures = 1000 + p.missed;
             DispatchWitness witness = new();
             await witness.JudgeAsync(Thread('S', arrivals, departures), Never, default);
             foreach (int step in p.steps)
             {
                 state = (state, step) switch
                 {
                     (ProcessState.Blocked, 0) => ProcessState.Ready,
                     (ProcessState.Ready, 0 or 1) => ProcessState.Running,
                     (ProcessState.Running, 0) => ProcessState.Ready,
                     (ProcessState.Running, 1) => ProcessState.Blocked,
                     _ => state,
                 };
                 arrivals += state == ProcessState.Running && step != 2 ? 1 : 0;
                 departures = 1000 + p.missed + (arrivals - 1000) - (state == ProcessState.Running ? 1 : 0);
                 char native = state == ProcessState.Blocked ? 'S' : 'R';
                 if (await witness.JudgeAsync(Thread(native, arrivals, departures), Never, default) != state)
                 {
                     return false;
                 }
             }
             return true;
         }, iter: 300);

    private static ThreadSample Thread(char native, long arrivals, long departures, long run = 0) => new(1, native, arrivals, departures, 0, run, 0);

    private static ThreadSample? Never() => throw new InvalidOperationException("It needs no second look.");
}
