namespace PSNetConcurrency.Core.Net.Client;

/// <summary>
/// When a message without a reply is sent again: each wait is twice the one before (RFC 8489, 6.2.1), each is up to a tenth
/// shorter or longer by chance, and with the last the time is up.
/// </summary>
internal static class UdpRetrySchedule
{
    private const double Jitter = .1;

    /// <summary>How long after the first send the wait of an attempt ends.</summary>
    /// <param name="total">The time for all.</param>
    /// <param name="retries">How often it may be sent again.</param>
    /// <param name="attempt">1 for the first.</param>
    /// <param name="before">When the wait of the attempt before ended; zero for the first.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan WaitUntil(TimeSpan total, int retries, int attempt, TimeSpan before, double chance)
    {
        if (attempt > retries)
        {
            return total;
        }
        // 1 + 2 + 4 + … of these are the whole.
        double unit = total.Ticks / (Math.Pow(2, retries + 1) - 1);
        double wait = unit * Math.Pow(2, attempt - 1) * (1 - Jitter + (2 * Jitter * chance));
        return before + TimeSpan.FromTicks((long)wait);
    }
}
