namespace PSNetConcurrency.Core.Time;

/// <summary>Picks one server's time as the standard, one after the other until it is not refused.</summary>
internal static class TimeReferencePicker
{
    /// <param name="times">What the servers told.</param>
    /// <param name="measured">What they say together: who is refused.</param>
    /// <param name="order">In which order they are picked.</param>
    /// <param name="seed">Repeats a random order.</param>
    public static TimeReference Pick(IReadOnlyList<NetworkTime> times, ClockOffset measured, TimePickOrder order, long seed)
    {
        NetworkTime[] picks = order switch
        {
            TimePickOrder.Random => Shuffled(times, seed),
            TimePickOrder.Stratum => [.. times.OrderBy(t => t.Stratum ?? int.MaxValue).ThenBy(t => t.RootDistance ?? TimeSpan.MaxValue)],
            _ => [.. times.OrderBy(t => t.RootDistance ?? TimeSpan.MaxValue)],
        };
        List<RejectedPick> rejected = [];
        foreach (NetworkTime pick in picks)
        {
            if (Refuse(pick, measured) is not { } reason)
            {
                return new TimeReference
                {
                    Reference = pick,
                    PickedBy = order == TimePickOrder.Random ? $"Random, seed {seed}" : $"Lowest {order}",
                    RejectedPick = [.. rejected],
                    Measurement = measured,
                };
            }
            rejected.Add(new RejectedPick(rejected.Count + 1, pick, reason));
        }
        throw new InvalidOperationException("Those who measured are among those who are picked from.");
    }

    // An outlier tells no lie: it agrees with the majority.
    private static string? Refuse(NetworkTime pick, ClockOffset measured) =>
        measured.Survivor.Contains(pick) || measured.Outlier.Contains(pick) ? null
        : measured.Falseticker.FirstOrDefault(f => f.Source == pick) is { } liar ? $"Falseticker: {liar.Reason}."
        : pick.IsUsable ? "Duplicate: it was already refused under another name."
        : pick.Problem[0];

    // Fisher and Yates, of a generator that is the same everywhere.
    private static NetworkTime[] Shuffled(IReadOnlyList<NetworkTime> times, long seed)
    {
        NetworkTime[] shuffled = [.. times];
        RepeatableRandom random = new((ulong)seed);
        for (int i = shuffled.Length - 1; i > 0; i--)
        {
            int j = (int)(random.NextDouble() * (i + 1));
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }
        return shuffled;
    }
}
