namespace PSNetConcurrency.Core.Time;

/// <summary>The cluster and combine algorithms of RFC 5905 (A.5.5.2 and A.5.6).</summary>
internal static class ClockCluster
{
    // NMIN of the RFC: no fewer are left.
    private const int LeastSurvivors = 3;

    /// <summary>Takes away the one whose offset differs most from the others', until the others differ less from each other than each does in itself.</summary>
    public static (NetworkTime[] Survivors, NetworkTime[] Outliers) Prune(IEnumerable<NetworkTime> chimers)
    {
        List<NetworkTime> left = [.. chimers];
        List<NetworkTime> pruned = [];
        while (left.Count > LeastSurvivors)
        {
            NetworkTime worst = left.MaxBy(t => JitterOf(t, left).Ticks)!;
            if (JitterOf(worst, left) <= left.Min(OwnJitter))
            {
                break;
            }
            left.Remove(worst);
            pruned.Add(worst);
        }
        return ([.. left], [.. pruned]);
    }

    /// <summary>The mean of the offsets, weighed by the inverse of their distances.</summary>
    public static TimeSpan Combine(IReadOnlyList<NetworkTime> survivors)
    {
        double sum = 0, weights = 0;
        // Differences to the first, so that an offset of years keeps its microseconds.
        long first = survivors[0].Offset!.Value.Ticks;
        foreach (NetworkTime survivor in survivors)
        {
            double weight = 1 / (double)Math.Max(1, survivor.RootDistance!.Value.Ticks);
            weights += weight;
            sum += weight * (survivor.Offset!.Value.Ticks - first);
        }
        return TimeSpan.FromTicks(first + (long)Math.Round(sum / weights));
    }

    /// <summary>How far the others' offsets lie from one's (root mean square).</summary>
    public static TimeSpan JitterOf(NetworkTime one, IReadOnlyList<NetworkTime> all) => all.Count < 2 ? TimeSpan.Zero
        : TimeSpan.FromTicks((long)Math.Sqrt(all.Sum(t => Math.Pow((t.Offset!.Value - one.Offset!.Value).Ticks, 2)) / (all.Count - 1)));

    // Of one sample nothing is known but what the clock resolves.
    private static TimeSpan OwnJitter(NetworkTime time) => time.Jitter is { } jitter && jitter > TimeSpan.Zero ? jitter
        : NtpPacket.ToTimeSpan((sbyte)Math.Clamp(time.Precision ?? 0, sbyte.MinValue, sbyte.MaxValue));
}
