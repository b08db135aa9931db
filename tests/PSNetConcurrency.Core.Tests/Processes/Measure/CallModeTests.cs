using PSNetConcurrency.Core.Processes.Measure;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes.Measure;

public class CallModeTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(60), Interval = TimeSpan.FromMilliseconds(1);

    // A timer may come a little before its time.
    private static readonly TimeSpan Shortest = Delay - TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task A_blocking_call_waits_all_the_time_and_lets_nothing_else_be_done()
    {
        CallModeResult result = await RunAsync(CallMode.SynchronousBlocking);
        Assert.InRange(result.BlockedTime, Shortest, result.Elapsed);
        Assert.Equal(0, result.PollCount);
        Assert.Equal(0, result.WorkCount);
    }

    [Fact]
    public async Task Polls_find_nothing_until_they_find_it()
    {
        CallModeResult result = await RunAsync(CallMode.SynchronousNonBlocking);
        Assert.True(result.PollCount > 1);
        Assert.True(result.WorkCount > 0);
        Assert.True(result.BlockedTime < result.Elapsed);
    }

    [Fact]
    public async Task One_select_waits_for_many_whose_delays_overlap()
    {
        CallModeResult result = await CallModeMeasurement.RunAsync(CallMode.AsynchronousBlocking, Delay, Interval, 100, default);
        Assert.Equal(100, result.AnswerCount);
        Assert.InRange(result.PollCount, 1, 100);
        Assert.Equal(0, result.WorkCount);
        Assert.InRange(result.Elapsed, Shortest, 50 * Delay);
    }

    [Fact]
    public async Task A_callback_comes_while_other_work_is_done()
    {
        CallModeResult result = await RunAsync(CallMode.AsynchronousNonBlocking);
        Assert.Equal(0, result.PollCount);
        Assert.True(result.WorkCount > 0);
        Assert.True(result.BlockedTime < result.Elapsed);
        Assert.True(result.Elapsed >= Shortest);
    }

    [Theory]
    [InlineData(CallMode.SynchronousBlocking)]
    [InlineData(CallMode.SynchronousNonBlocking)]
    [InlineData(CallMode.AsynchronousBlocking)]
    [InlineData(CallMode.AsynchronousNonBlocking)]
    public async Task Each_mode_can_be_stopped_in_the_middle(CallMode mode)
    {
        using CancellationTokenSource stop = new();
        Task<CallModeResult> running = CallModeMeasurement.RunAsync(mode, TimeSpan.FromHours(1), Interval, 2, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Eventually.Limit));
    }

    private static Task<CallModeResult> RunAsync(CallMode mode) => CallModeMeasurement.RunAsync(mode, Delay, Interval, 1, default);
}
