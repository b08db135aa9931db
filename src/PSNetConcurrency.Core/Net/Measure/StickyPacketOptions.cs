namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>What a demonstration of sticky packets does.</summary>
public sealed record StickyPacketOptions
{
    public int MessageCount { get; init; } = 10;

    public int MessageSize { get; init; } = 64;

    /// <summary>The pause between two sends; with none the receiver begins when all is sent or the system takes no more.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Turns Nagle's algorithm off at the sender.</summary>
    public bool NoDelay { get; init; }

    /// <summary>How many bytes the receiver asks for at a time.</summary>
    public int ReceiveBufferSize { get; init; } = 4096;

    public FrameFormat FrameFormat { get; init; } = FrameFormat.Parse("LengthField");
}
