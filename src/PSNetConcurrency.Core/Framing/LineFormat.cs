using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Lines that end with LF or CR LF; written with LF.</summary>
internal sealed class LineFormat(int maximum) : FrameFormat(maximum)
{
    public override string Kind => "Line";

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        if (payload.Contains((byte)'\n') || (payload.Length > 0 && payload[^1] == '\r'))
        {
            throw new NetException(NetError.InvalidArgument, "A line can't contain a line break. Send the lines one by one, or use a frame format that counts, such as LengthField.");
        }
        output.Write(payload);
        output.Write("\n"u8);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        int end = data[search.Position..].IndexOf((byte)'\n');
        if (end < 0)
        {
            search.Position = data.Length;
            bool tooLong = data.Length >= MaximumFrameLength;
            frame = tooLong ? FrameBounds.Failed(TooLarge(data.Length + 1L, FrameFailure.ToMark, Peculiar.Beginning(data))) : default;
            return tooLong;
        }
        end += search.Position;
        frame = end >= MaximumFrameLength
            ? FrameBounds.Failed(TooLarge(end + 1, end + 1, Peculiar.Beginning(data)))
            : new FrameBounds(0, end > 0 && data[end - 1] == '\r' ? end - 1 : end, end + 1);
        return true;
    }

    internal override int SkipMark(ReadOnlySpan<byte> data, out bool found)
    {
        int end = data.IndexOf((byte)'\n');
        found = end >= 0;
        return found ? end + 1 : data.Length;
    }
}
