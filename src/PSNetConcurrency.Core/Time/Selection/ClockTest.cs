namespace PSNetConcurrency;

/// <summary>Whether this machine's clock is right to a limit.</summary>
public sealed record ClockTest
{
    /// <summary>Whether the offset is known and within the limit.</summary>
    public bool IsWithin => Offset is { } offset && offset.Duration() <= MaximumOffset;

    /// <summary>Whether that holds whatever the true offset is: the whole interval is within the limit, or all of it beyond.</summary>
    public bool IsCertain => Interval is { } interval
        && (IsWithin ? interval.Lower >= -MaximumOffset && interval.Upper <= MaximumOffset : interval.Lower > MaximumOffset || interval.Upper < -MaximumOffset);

    /// <summary>How far the true time is ahead of this machine's clock; null where that is not known.</summary>
    public TimeSpan? Offset => Measurement?.Offset;

    public required TimeSpan MaximumOffset { get; init; }

    /// <summary>The offsets that are possible; null where none is known.</summary>
    public OffsetInterval? Interval => Measurement?.Interval;

    /// <summary>What was measured; null where there is no majority, or there are not enough servers.</summary>
    public ClockOffset? Measurement { get; init; }

    /// <summary>Why nothing was measured: the error's id, a colon, and what happened; null where it was.</summary>
    public string? Problem { get; init; }
}
