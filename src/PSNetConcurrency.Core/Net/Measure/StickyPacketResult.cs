namespace PSNetConcurrency;

/// <summary>What became of messages sent one by one over a real TCP connection without frames, and then with them.</summary>
public sealed record StickyPacketResult
{
    public required int MessageSize { get; init; }

    public required int IntervalMilliseconds { get; init; }

    public required bool NoDelay { get; init; }

    public required int ReceiveBufferSize { get; init; }

    /// <summary>The frame format of the second run.</summary>
    public required FrameFormat FrameFormat { get; init; }

    /// <summary>The messages sent, a send each.</summary>
    public required int SendCount { get; init; }

    /// <summary>The receives that it took.</summary>
    public required int ReceiveCount { get; init; }

    /// <summary>Whether some receive brought bytes of more than one message.</summary>
    public required bool IsSticky { get; init; }

    /// <summary>Whether some message came over more than one receive.</summary>
    public required bool IsSplit { get; init; }

    /// <summary>The bytes of each receive, in order.</summary>
    public required int[] Chunks { get; init; }

    /// <summary>Whether the bytes, however cut, were those sent and in their order: TCP promises that, and no more.</summary>
    public required bool IsContentIntact { get; init; }

    /// <summary>The messages that came out of the frames.</summary>
    public required int FramedMessageCount { get; init; }

    /// <summary>Whether they were as many as were sent, each whole, right and in its place.</summary>
    public required bool FramedIntact { get; init; }
}
