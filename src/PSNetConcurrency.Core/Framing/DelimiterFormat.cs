using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Messages that end with a mark of one or more bytes.</summary>
internal sealed class DelimiterFormat : FrameFormat
{
    private readonly byte[] _delimiter;

    public DelimiterFormat(byte[] delimiter, int maximum)
        : base(maximum) => _delimiter = delimiter.Length > 0
            ? delimiter
            : throw new NetException(NetError.InvalidArgument, "A delimiter must have at least one byte.");

    public override string Kind => "Delimiter";

    /// <summary>The mark, as it is typed.</summary>
    public string Delimiter => ByteEscapes.Escape(_delimiter);

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        // The payload's end and the mark's beginning may make a mark together.
        int overlap = Math.Min(payload.Length, _delimiter.Length - 1);
        if (payload.IndexOf(_delimiter) >= 0 || ((byte[])[.. payload[^overlap..], .. _delimiter]).AsSpan().IndexOf(_delimiter) < overlap)
        {
            throw new NetException(NetError.InvalidArgument, "The message contains the delimiter, so the receiver would cut it in two. Use a frame format that counts, such as LengthField.");
        }
        output.Write(payload);
        output.Write(_delimiter);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        // A delimiter may have been cut: its last bytes are searched again.
        int from = Math.Max(0, search.Position - _delimiter.Length + 1), end = data[from..].IndexOf(_delimiter);
        if (end < 0)
        {
            search.Position = data.Length;
            bool tooLong = data.Length >= MaximumFrameLength;
            frame = tooLong ? FrameBounds.Failed(TooLarge(data.Length + 1L, FrameFailure.ToMark, Peculiar.Beginning(data))) : default;
            return tooLong;
        }
        end += from;
        int consumed = end + _delimiter.Length;
        frame = consumed > MaximumFrameLength ? FrameBounds.Failed(TooLarge(consumed, consumed, Peculiar.Beginning(data))) : new FrameBounds(0, end, consumed);
        return true;
    }

    internal override int SkipMark(ReadOnlySpan<byte> data, out bool found)
    {
        int end = data.IndexOf(_delimiter);
        found = end >= 0;
        return found ? end + _delimiter.Length : Math.Max(0, data.Length - _delimiter.Length + 1);
    }

    protected override void AddWords(List<string> words) => words.Add(ByteEscapes.Escape(_delimiter, FrameFormatParser.EndsLikeOptions));
}
