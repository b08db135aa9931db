namespace PSNetConcurrency;

/// <summary>How a wait for an instant ended.</summary>
public sealed record ClockWait
{
    /// <summary>The instant, by the reference clock.</summary>
    public required DateTimeOffset Target { get; init; }

    /// <summary>When it was reached, by the same clock.</summary>
    public required DateTimeOffset Reached { get; init; }

    /// <summary>How late that was.</summary>
    public TimeSpan Skew => Reached - Target;

    /// <summary>What was waited.</summary>
    public required TimeSpan Waited { get; init; }

    /// <summary>What the servers said of this machine's clock; null where it is the reference itself.</summary>
    public ClockOffset? Measurement { get; init; }

    /// <summary>How far the reference is ahead of this machine's clock.</summary>
    public TimeSpan ClockOffset => Measurement?.Offset ?? TimeSpan.Zero;
}
