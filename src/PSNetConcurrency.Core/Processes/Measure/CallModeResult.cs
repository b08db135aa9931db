namespace PSNetConcurrency;

/// <summary>What one way of making a slow call cost the caller.</summary>
public sealed record CallModeResult
{
    public required CallMode Mode { get; init; }

    /// <summary>How long the caller was inside calls and could do nothing else.</summary>
    public required TimeSpan BlockedTime { get; init; }

    /// <summary>How often it asked whether there is something.</summary>
    public required int PollCount { get; init; }

    /// <summary>What brought the answer.</summary>
    public required string DeliveredBy { get; init; }

    /// <summary>From the request to the last answer.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How many answers came: one, or one a descriptor.</summary>
    public required int AnswerCount { get; init; }

    /// <summary>Blocks of 4 KiB that the caller hashed meanwhile: the other work it got done.</summary>
    public required long WorkCount { get; init; }

    /// <summary>What happens in this mode, in words.</summary>
    public required string Explanation { get; init; }
}
