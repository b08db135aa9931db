using System.Buffers;
using System.Text;
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

    public override string ToString() =>
        $"{Kind},{string.Concat(Encoding.UTF8.GetString(_delimiter).Select(c => c == '\\' ? "\\\\" : char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()))}";

    public override FrameFormat WithMaximum(int maximumFrameLength) => new DelimiterFormat(_delimiter, maximumFrameLength);

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        if (payload.IndexOf(_delimiter) >= 0)
        {
            throw new NetException(NetError.InvalidArgument, "The message contains the delimiter, so the receiver would cut it in two. Use a frame format that counts, such as LengthField.");
        }
        output.Write(payload);
        output.Write(_delimiter);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref int searched, out FrameBounds frame)
    {
        // A delimiter may have been cut: its last bytes are searched again.
        int from = Math.Max(0, searched - _delimiter.Length + 1), end = data[from..].IndexOf(_delimiter);
        if (end < 0)
        {
            searched = data.Length;
            frame = default;
            return data.Length < MaximumFrameLength ? false : throw TooLarge(data.Length);
        }
        end += from;
        int consumed = end + _delimiter.Length;
        if (consumed > MaximumFrameLength)
        {
            throw TooLarge(consumed);
        }
        frame = new FrameBounds(0, end, consumed);
        return true;
    }
}
