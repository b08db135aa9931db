namespace PSNetConcurrency.Core.Time;

/// <summary>What a time server tells, in whichever protocol.</summary>
internal sealed record TimeServerOptions
{
    /// <summary>How far its clock is ahead of this machine's.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>So far, at most, each answer is off beside that, either way, at random.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The share of requests that are not answered, 0 to 1.</summary>
    public double DropRate { get; init; }

    public long Seed { get; init; }

    /// <summary>What only NTP tells.</summary>
    public NtpServiceOptions Ntp { get; init; } = new();
}
