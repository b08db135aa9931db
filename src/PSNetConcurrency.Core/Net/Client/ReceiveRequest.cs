namespace PSNetConcurrency
{
    /// <summary>Why a receive ended.</summary>
    public enum ReceiveEndReason
    {
        /// <summary>What was asked for has arrived.</summary>
        Complete,

        /// <summary>The peer closed its sending side.</summary>
        PeerClosed,

        /// <summary>The peer reset the connection.</summary>
        PeerReset,

        /// <summary>The time ran out.</summary>
        TimedOut,

        /// <summary>Nothing, or not enough, was there, and the call was not to wait.</summary>
        WouldBlock,
    }

    /// <summary>What a receive brought.</summary>
    /// <param name="Data">The data: text or bytes, as was asked.</param>
    /// <param name="Bytes">How many bytes the data had on the wire, without a delimiter or header.</param>
    /// <param name="EndReason">Why the receive ended.</param>
    /// <param name="Chunks">How many bytes each receive call of the system brought: TCP keeps no message boundaries.</param>
    public sealed record ReceiveResult(object Data, int Bytes, ReceiveEndReason EndReason, int[] Chunks);
}

namespace PSNetConcurrency.Core.Net.Client
{
    /// <summary>When a receive is complete.</summary>
    public sealed record ReceiveRequest
    {
        /// <summary>Exactly so many bytes.</summary>
        public int? Count { get; init; }

        /// <summary>A message of this format; with <see cref="FrameFormat"/> None, whatever comes first.</summary>
        public FrameFormat? Format { get; init; }

        /// <summary>Everything until the peer closes.</summary>
        public bool UntilClosed { get; init; }

        /// <summary>Whether all that is there will do, as nothing tells how much is wanted.</summary>
        internal bool TakesWhatIsThere => Format is { IsUnframed: true } && Count is null && !UntilClosed;

        /// <summary>The most bytes to take; more is <see cref="NetError.MessageTooLarge"/>. Frames have the limit of their <see cref="Format"/>.</summary>
        public int MaximumBytes { get; init; } = 64 * 1024 * 1024;

        /// <summary>How many bytes may be there without the request being met. A count within the limit, and a format, say themselves when there are enough or too many.</summary>
        internal int MostUnmet => UntilClosed || Count > MaximumBytes ? MaximumBytes : int.MaxValue;

        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

        /// <summary>Takes what is there and does not wait.</summary>
        public bool NonBlocking { get; init; }
    }

    /// <summary>What a receive brought, in bytes.</summary>
    public readonly record struct Received(byte[] Data, ReceiveEndReason EndReason, int[] Chunks)
    {
        /// <summary>The content of a frame's header, in a format that has one.</summary>
        public byte[]? Header { get; init; }

        /// <summary>How many bytes of a frame stand before the payload.</summary>
        public int HeaderBytes { get; init; }

        /// <summary>How many bytes a frame took in all.</summary>
        public int Consumed { get; init; }
    }
}
