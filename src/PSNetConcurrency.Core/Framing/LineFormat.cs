using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Lines that end with LF or CR LF; written with LF.</summary>
internal sealed class LineFormat(int maximum) : FrameFormat(maximum)
{
    public override string Kind => "Line";

    public override FrameFormat WithMaximum(int maximumFrameLength) => new LineFormat(maximumFrameLength);

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        if (payload.Contains((byte)'\n'))
        {
            throw new NetException(NetError.InvalidArgument, "A line can't contain a line break. Send the lines one by one, or use a frame format that counts, such as LengthField.");
        }
        output.Write(payload);
        output.Write("\n"u8);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref int searched, out FrameBounds frame)
    {
        int end = data[searched..].IndexOf((byte)'\n');
        if (end < 0)
        {
            searched = data.Length;
            frame = default;
            return data.Length < MaximumFrameLength ? false : throw TooLarge(data.Length);
        }
        end += searched;
        if (end + 1 > MaximumFrameLength)
        {
            throw TooLarge(end + 1);
        }
        frame = new FrameBounds(0, end > 0 && data[end - 1] == '\r' ? end - 1 : end, end + 1);
        return true;
    }
}
