using System.Buffers;

namespace PSNetConcurrency.Core.Framing;

/// <summary>The length in groups of seven bits, the lowest first (LEB128), then the message: protobuf's delimited messages.</summary>
internal sealed class VarintFormat(int maximum) : FrameFormat(maximum)
{
    private const int LongestField = 10;

    public override string Kind => "Varint";

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        Span<byte> field = output.GetSpan(LongestField);
        uint left = (uint)payload.Length;
        int count = 0;
        for (; left >= 0x80; left >>= 7)
        {
            field[count++] = (byte)(left | 0x80);
        }
        field[count++] = (byte)left;
        output.Advance(count);
        output.Write(payload);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        ulong length = data[0];
        int count = 1;
        if (length >= 0x80)
        {
            length &= 0x7F;
            while (true)
            {
                if (count == data.Length)
                {
                    frame = FrameBounds.Need(count + 1);
                    return false;
                }
                byte next = data[count];
                if (count == LongestField - 1 && next > 1)
                {
                    frame = FrameBounds.Failed(Corrupted($"The length is no varint: it goes on after ten bytes.{Peculiar.Length(data[..LongestField], data, null)}", null, received: data[..LongestField]));
                    return true;
                }
                length |= (ulong)(next & 0x7F) << (7 * count++);
                if (next < 0x80)
                {
                    break;
                }
            }
        }
        if (length > (ulong)(MaximumFrameLength - Math.Min(count, MaximumFrameLength)))
        {
            long total = (long)Math.Min(length, long.MaxValue - LongestField) + count;
            frame = FrameBounds.Failed(TooLarge(total, total, Peculiar.Length(data[..count], data, null)));
            return true;
        }
        frame = new FrameBounds(count, (int)length, count + (int)length);
        if (data.Length < frame.Consumed)
        {
            frame = FrameBounds.Need(frame.Consumed);
            return false;
        }
        return true;
    }

    internal override int PayloadStart(ReadOnlySpan<byte> data)
    {
        int last = data.IndexOfAnyInRange((byte)0, (byte)0x7F);
        return last < 0 ? data.Length : last + 1;
    }
}
