namespace PSNetConcurrency;

/// <summary>What the battery-backed clock of this machine shows, which runs while it is off.</summary>
public sealed record HardwareClock
{
    /// <summary>What it showed when it was read, in this machine's time zone. It counts whole seconds.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The device and its driver's name.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it keeps local time instead of UTC (/etc/adjtime).</summary>
    public bool KeepsLocalTime { get; init; }

    /// <summary>How far it is ahead of the system's clock, to about 2 milliseconds; null where that was not asked for.</summary>
    public TimeSpan? SystemDifference { get; init; }

    /// <summary>How far it is ahead of what the time servers say; null where none was asked.</summary>
    public TimeSpan? NetworkDifference { get; init; }

    /// <summary>What the time servers said of the system's clock; null where none was asked.</summary>
    public ClockOffset? Measurement { get; init; }
}
