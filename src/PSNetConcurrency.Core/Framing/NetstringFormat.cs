using System.Buffers;
using System.Buffers.Text;

namespace PSNetConcurrency.Core.Framing;

/// <summary>The length in decimal digits, a colon, the message, a comma: <c>5:hello,</c>.</summary>
internal sealed class NetstringFormat(int maximum) : FrameFormat(maximum)
{
    // As many as a long has; far more than any limit.
    private const int MostDigits = 18;

    public override string Kind => "Netstring";

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        Span<byte> field = output.GetSpan(MostDigits);
        Utf8Formatter.TryFormat(payload.Length, field, out int digits);
        field[digits] = (byte)':';
        output.Advance(digits + 1);
        output.Write(payload);
        output.Write(","u8);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        long length = 0;
        int at = 0;
        while (at < data.Length && data[at] is >= (byte)'0' and <= (byte)'9' && at < MostDigits)
        {
            length = (10 * length) + data[at++] - '0';
        }
        if (at == data.Length && at < MostDigits)
        {
            frame = FrameBounds.Need(at + 1);
            return false;
        }
        if (at == 0 || at == MostDigits || data[at] != ':' || (at > 1 && data[0] == '0'))
        {
            ReadOnlySpan<byte> field = data[..Math.Min(data.Length, at + 1)];
            frame = FrameBounds.Failed(Corrupted($"This is no netstring: its length must be decimal digits without leading zeros, then a colon.{Peculiar.Length(field, data, null)}", null, received: field));
            return true;
        }
        long total = at + length + 2;
        if (total > MaximumFrameLength)
        {
            frame = FrameBounds.Failed(TooLarge(total, total, Peculiar.Length(data[..(at + 1)], data, null)));
            return true;
        }
        if (data.Length < total)
        {
            frame = FrameBounds.Need((int)total);
            return false;
        }
        frame = data[(int)total - 1] == ',' ? new FrameBounds(at + 1, (int)length, (int)total)
            : FrameBounds.Failed(Corrupted($"The netstring of {length} bytes does not end with a comma but with the byte {data[(int)total - 1]:X2}: its length is not that of its content.", length, received: data[..(int)total]));
        return true;
    }

    internal override int PayloadStart(ReadOnlySpan<byte> data)
    {
        int colon = data.IndexOf((byte)':');
        return colon < 0 ? data.Length : colon + 1;
    }
}
