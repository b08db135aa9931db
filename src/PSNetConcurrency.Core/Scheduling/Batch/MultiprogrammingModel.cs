namespace PSNetConcurrency.Core.Scheduling.Batch;

/// <summary>
/// The share of time in which the processor is busy with n processes in memory, each of which alternates between a burst of
/// computing with the mean 1 - p and input or output with the mean p.
/// </summary>
/// <remarks>
/// The formula 1 - p^n is A. S. Tanenbaum's (Modern Operating Systems, section 2.1): each process waits for its input or
/// output with probability p, whatever the others do. But two that are ready share one processor, and the one that waits for
/// it can't begin its input or output: fewer wait for devices at once, and the processor is idle less than p^n of the time.
/// </remarks>
internal static class MultiprogrammingModel
{
    private const int CheckEvery = 4096;

    public static double Formula(double ioFraction, int degree) => 1 - Math.Pow(ioFraction, degree);

    /// <summary>
    /// The same with a queue for the processor: the machine repair model, M/M/1//n, by exact mean value analysis
    /// (M. Reiser and S. S. Lavenberg, 1980).
    /// </summary>
    public static double Queue(double ioFraction, int degree)
    {
        double compute = 1 - ioFraction, rate = 0, queue = 0;
        for (int n = 1; n <= degree; n++)
        {
            double atProcessor = compute * (1 + queue);
            rate = n / (ioFraction + atProcessor);
            queue = rate * atProcessor;
        }
        return rate * compute;
    }

    /// <summary>
    /// Simulates so many bursts of computing after a tenth of that for the start: one processor, first come, first served;
    /// a device for each process; exponential bursts. The same seed gives the same result on every system.
    /// </summary>
    public static double Simulate(double ioFraction, int degree, long seed, int bursts, CancellationToken cancellation)
    {
        RepeatableRandom random = new RepeatableRandom((ulong)seed).For((ulong)degree);
        PriorityQueue<int, (double Time, long Order)> devices = new(degree);
        long order = 0;
        for (int process = 0; process < degree; process++)
        {
            devices.Enqueue(process, (random.NextExponential(ioFraction), order++));
        }
        int start = bursts / 10;
        // The processor serves in the order of arrival, so whoever comes next is served when it is free, or at once.
        double free = 0, busy = 0, began = 0;
        for (long burst = 0; burst < (long)start + bursts; burst++)
        {
            if (burst % CheckEvery == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
            if (burst == start)
            {
                (busy, began) = (0, free);
            }
            devices.TryDequeue(out int process, out (double Time, long Order) ready);
            double length = random.NextExponential(1 - ioFraction);
            busy += length;
            free = Math.Max(free, ready.Time) + length;
            devices.Enqueue(process, (free + random.NextExponential(ioFraction), order++));
        }
        // Rounding must not make it more than all.
        return Math.Min(1, busy / (free - began));
    }
}
