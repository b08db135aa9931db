using System.Buffers;
using PSNetConcurrency.Core.Framing;

namespace PSNetConcurrency.Core.Tests.Framing;

public class FrameAllocationTests
{
    [Theory]
    [InlineData("LengthField", 100, 1460)]
    [InlineData("LengthField", 65536, 262144)]
    [InlineData("LengthField", 65536, 10007)]
    [InlineData("LengthField,2,Little,LengthIncludesHeader", 20, 64)]
    [InlineData("Dictionary", 500, 333)]
    [InlineData("ContentLength", 500, 333)]
    [InlineData("Varint", 500, 333)]
    [InlineData("Netstring", 500, 333)]
    [InlineData("FixedSize,500", 500, 333)]
    public void No_frame_costs_an_allocation(string words, int size, int chunk)
    {
        FrameFormat format = FrameFormat.Parse(words);
        byte[] stream = Stream(format, size, 200);
        FrameDecoder decoder = new(format);
        Assert.Equal(200, Decode(decoder, stream, chunk));
        Decode(decoder, stream, chunk);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int frames = Decode(decoder, stream, chunk);
        long after = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(200, frames);
        // The pool may have been trimmed meanwhile; 200 frames would be far more.
        Assert.InRange(after - before, 0, size > 60_000 ? 300_000 : 2_000);
    }

    [Fact]
    public void An_announced_length_takes_no_room_before_its_bytes_come()
    {
        FrameDecoder decoder = new(FrameFormat.Parse("LengthField,4,MaximumFrameLength=1000000000"));
        ReadOnlySpan<byte> first = [0x3B, 0x00, 0x00, 0x00, 1, 2, 3];
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool found = decoder.TryRead(ref first, out _);
        long after = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(found);
        Assert.InRange(after - before, 0, 1000);
    }

    [Fact]
    public void What_a_frame_is_followed_by_is_not_copied()
    {
        FrameFormat format = FrameFormat.Parse("LengthField,1");
        byte[] stream = [3, 1, 2, 3, 2, 8, 9];
        FrameDecoder decoder = new(format);
        ReadOnlySpan<byte> input = stream.AsSpan(0, 2);
        Assert.False(decoder.TryRead(ref input, out _));
        input = stream.AsSpan(2);
        Assert.True(decoder.TryRead(ref input, out ReadOnlySpan<byte> payload));
        Assert.Equal([1, 2, 3], payload.ToArray());
        Assert.True(decoder.TryRead(ref input, out payload));
        Assert.True(stream.AsSpan(5).Overlaps(payload, out int offset) && offset == 0);
    }

    private static byte[] Stream(FrameFormat format, int size, int count)
    {
        ArrayBufferWriter<byte> output = new();
        byte[] payload = new byte[size];
        for (int i = 0; i < count; i++)
        {
            format.Encode(payload, output);
        }
        return output.WrittenSpan.ToArray();
    }

    private static int Decode(FrameDecoder decoder, ReadOnlySpan<byte> stream, int chunk)
    {
        int frames = 0;
        while (!stream.IsEmpty)
        {
            ReadOnlySpan<byte> input = stream[..Math.Min(chunk, stream.Length)];
            stream = stream[input.Length..];
            while (decoder.TryRead(ref input, out _))
            {
                frames++;
            }
        }
        return frames;
    }
}
