namespace PSNetConcurrency.Soak;

/// <summary>Waits for what must come to be.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        long end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!condition())
        {
            SoakException.Require(Environment.TickCount64 < end, $"It never came to be: {what}");
            await Task.Delay(2);
        }
    }
}
