using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class ClockWaiterTests
{
    [Fact]
    public async Task It_ends_at_the_instant_and_never_before()
    {
        for (int i = 0; i < 5; i++)
        {
            DateTimeOffset target = DateTimeOffset.Now.AddMilliseconds(7 * i);
            ClockWait result = await new ClockWaiter(null).WaitAsync(target, null, CancellationToken.None);
            Assert.True(DateTimeOffset.Now >= target);
            Assert.True(result.Reached >= target);
            Assert.Equal((target, target.Offset, TimeSpan.Zero), (result.Target, result.Reached.Offset, result.ClockOffset));
        }
    }

    [Fact]
    public async Task It_goes_by_what_servers_say()
    {
        TimeSpan offset = TimeSpan.FromHours(1);
        DateTimeOffset target = DateTimeOffset.Now + offset + TimeSpan.FromMilliseconds(100);
        ClockWait result = await new ClockWaiter(_ => Task.FromResult(Measured(offset))).WaitAsync(target, null, CancellationToken.None);
        Assert.True(DateTimeOffset.Now + offset >= target);
        Assert.True(result.Skew >= TimeSpan.Zero);
        Assert.Equal(offset, result.ClockOffset);
    }

    [Fact]
    public async Task What_is_over_returns_at_once_with_its_skew()
    {
        ClockWaiter waiter = new(null);
        ClockWait result = await waiter.WaitAsync(DateTimeOffset.Now.AddHours(-1), null, CancellationToken.None);
        Assert.True(result.Skew >= TimeSpan.FromHours(1));
        Assert.True(waiter.WasOver);
    }

    [Fact]
    public async Task What_was_not_over_when_it_began_is_told_from_what_was()
    {
        ClockWaiter waiter = new(async stop =>
        {
            await Task.Delay(700, stop);
            return Measured(TimeSpan.Zero);
        });
        ClockWait result = await waiter.WaitAsync(DateTimeOffset.Now.AddMilliseconds(500), null, CancellationToken.None);
        Assert.True(result.Skew > TimeSpan.Zero);
        Assert.False(waiter.WasOver);
    }

    [Fact]
    public async Task What_is_too_far_away_is_an_error_at_once_and_a_stop_ends_a_wait()
    {
        DateTimeOffset target = DateTimeOffset.Now.AddHours(1);
        Assert.Equal(NetError.TimedOut, (await Assert.ThrowsAsync<NetException>(() => new ClockWaiter(null).WaitAsync(target, TimeSpan.FromSeconds(10), CancellationToken.None))).Error);
        using CancellationTokenSource stop = new();
        Task<ClockWait> waiting = new ClockWaiter(null).WaitAsync(target, null, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Servers_that_are_asked_again_and_do_not_answer_make_nobody_late()
    {
        int asked = 0;
        ClockWaiter waiter = new(_ => asked++ == 0 ? Task.FromResult(Measured(TimeSpan.Zero)) : new TaskCompletionSource<ClockOffset>().Task) { AskAgain = TimeSpan.FromMilliseconds(400) };
        ClockWait result = await waiter.WaitAsync(DateTimeOffset.Now.AddMilliseconds(600), null, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(result.Skew >= TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, result.ClockOffset);
    }

    [Fact]
    public void The_last_stretch_asks_again_after_each_sleep()
    {
        // A clock that is set back while this sleeps makes it wait on; one that is set forward ends it.
        Queue<long> left = new([TimeSpan.TicksPerMillisecond, 5 * TimeSpan.TicksPerMillisecond, -1]);
        PreciseWait.Until(left.Dequeue);
        Assert.Empty(left);
    }

    private static ClockOffset Measured(TimeSpan offset) => new() { Offset = offset, Interval = new OffsetInterval(offset, offset), Jitter = TimeSpan.Zero, Algorithm = ClockAlgorithm.Rfc5905, Survivor = [] };
}
