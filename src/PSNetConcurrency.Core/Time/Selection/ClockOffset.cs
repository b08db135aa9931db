namespace PSNetConcurrency;

/// <summary>How far this machine's clock is off, by the word of several servers of which a majority agrees.</summary>
public sealed record ClockOffset
{
    /// <summary>How far the true time is ahead of this machine's clock: add it to that.</summary>
    public required TimeSpan Offset { get; init; }

    /// <summary>Where the majority's intervals overlap: the true offset lies in it, if the majority tells the truth.</summary>
    public required OffsetInterval Interval { get; init; }

    /// <summary>How wrong <see cref="Offset"/> can be: the distance to the further end of <see cref="Interval"/>.</summary>
    public TimeSpan Uncertainty => Interval.Upper - Offset > Offset - Interval.Lower ? Interval.Upper - Offset : Offset - Interval.Lower;

    /// <summary>How far the survivors' offsets differ from each other (root mean square of the distances to the nearest to the reference clock).</summary>
    public required TimeSpan Jitter { get; init; }

    public required ClockAlgorithm Algorithm { get; init; }

    /// <summary>The servers whose time was used, the best first.</summary>
    public required NetworkTime[] Survivor { get; init; }

    /// <summary>Servers that agree with the majority, but differ more from it than it does in itself; they take no part (RFC 5905, cluster algorithm).</summary>
    public NetworkTime[] Outlier { get; init; } = [];

    /// <summary>Servers that contradict the majority, each with the interval that convicts it.</summary>
    public Falseticker[] Falseticker { get; init; } = [];

    /// <summary>Servers that told no usable time; their Problem says why.</summary>
    public NetworkTime[] Unusable { get; init; } = [];

    /// <summary>How many servers told a time that can be used.</summary>
    public int SourceCount => Survivor.Length + Outlier.Length + Falseticker.Length;

    /// <summary>The share of them that agrees, above 0.5 and up to 1.</summary>
    public double Agreement => (double)(Survivor.Length + Outlier.Length) / SourceCount;

    /// <summary>When it was measured, by this machine's clock.</summary>
    public DateTimeOffset MeasuredAt { get; init; } = DateTimeOffset.Now;

    /// <summary>The true time now: this machine's clock and the offset.</summary>
    public DateTimeOffset Now => DateTimeOffset.Now + Offset;

    public override string ToString() => $"{TimeWords.WithSign(Offset)} ± {TimeWords.Of(Uncertainty)}";
}

/// <summary>A server whose time a majority of the others contradicts.</summary>
/// <param name="Source">What it told.</param>
/// <param name="Interval">The offsets that are possible if it tells the truth: none of them is possible if the majority does.</param>
/// <param name="Distance">How far its interval is from the majority's.</param>
/// <param name="Reason">The same in words.</param>
public sealed record Falseticker(NetworkTime Source, OffsetInterval Interval, TimeSpan Distance, string Reason)
{
    public string Server => Source.Server;

    public int Port => Source.Port;

    public override string ToString() => $"{Source.Name}: {Reason}";
}
