using System.Runtime.InteropServices;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Where a frame's parts stand, and how many bytes it takes in all.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct FrameBounds
{
    public FrameBounds(int payloadOffset, int payloadLength, int consumed)
    {
        PayloadOffset = payloadOffset;
        PayloadLength = payloadLength;
        Consumed = consumed;
    }

    private FrameBounds(int needed, FrameFailure? failure)
    {
        Consumed = needed;
        Failure = failure;
    }

    public int PayloadOffset { get; }

    public int PayloadLength { get; }

    /// <summary>The length of the whole frame; of one that is not complete the bytes needed to go on, 0 where that is not known.</summary>
    public int Consumed { get; }

    /// <summary>Where the header's content starts, in a format that has one.</summary>
    public int HeaderOffset { get; init; }

    public int HeaderLength { get; init; }

    /// <summary>Why there is no such frame; null of a good one.</summary>
    public FrameFailure? Failure { get; }

    /// <summary>No whole frame yet: so many bytes from its beginning are needed to go on.</summary>
    public static FrameBounds Need(int bytes) => new(bytes, null);

    public static FrameBounds Failed(FrameFailure failure) => new(0, failure);
}

/// <summary>What is known of a frame that is not complete, so that no byte is looked at twice. All zero for a new frame.</summary>
internal struct FrameSearch
{
    /// <summary>How far was searched.</summary>
    public int Position;

    /// <summary>The length of the whole frame, once its header has told; else 0.</summary>
    public int Total;
}

/// <summary>Bytes that are no frame, and where the next one may begin.</summary>
/// <param name="Error">What to tell.</param>
/// <param name="Skip">How many bytes to leave out, or one of the constants.</param>
/// <param name="IsOversized">Whether it is a frame, but one above the limit: without FailFast it is told when all of it has come.</param>
internal sealed record FrameFailure(NetException Error, long Skip, bool IsOversized = false)
{
    /// <summary>The next frame begins behind the next end mark.</summary>
    public const long ToMark = -1;

    /// <summary>Nothing tells where the next frame begins.</summary>
    public const long Lost = -2;
}

/// <summary>The way from a bad frame to the next good one.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct FrameRecovery
{
    private long _skip;
    private NetException? _late;
    private NetException? _lost;

    public readonly bool IsActive => _skip != 0;

    public readonly bool IsLost => _lost is not null;

    /// <summary>Begins with a failure; returns whether it is to be told at once.</summary>
    public bool Begin(FrameFailure failure, bool failFast)
    {
        bool atOnce = failFast || !failure.IsOversized;
        _skip = failure.Skip;
        _late = atOnce ? null : failure.Error;
        _lost = failure.Skip == FrameFailure.Lost ? failure.Error : null;
        return atOnce;
    }

    /// <summary>How many bytes at the start of <paramref name="data"/> to leave out. It is over when no longer active.</summary>
    public int Drop(FrameFormat format, ReadOnlySpan<byte> data)
    {
        if (_skip == FrameFailure.Lost)
        {
            return data.Length;
        }
        if (_skip == FrameFailure.ToMark)
        {
            int past = format.SkipMark(data, out bool found);
            _skip = found ? 0 : _skip;
            return past;
        }
        int count = (int)Math.Min(_skip, data.Length);
        _skip -= count;
        return count;
    }

    /// <summary>The error that is due now, if any: one that waited for the end of its frame, or once more the one that lost the stream.</summary>
    public NetException? TakeError()
    {
        NetException? due = _lost ?? (_skip == 0 ? _late : null);
        _late = _skip == 0 ? null : _late;
        return due;
    }
}
