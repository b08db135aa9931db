namespace PSNetConcurrency.Core.Tests.Net;

/// <summary>Waits for what must come to be.</summary>
internal static class Eventually
{
    /// <summary>Far beyond what anything here takes on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(2));
        long limit = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < limit, $"It never came to be: {what}");
            await timer.WaitForNextTickAsync();
        }
    }
}
