using System.Buffers;

namespace PSNetConcurrency.Core.Framing;

/// <summary>No frames: a message is what one receive happened to bring. TCP may glue several sends together, or split one.</summary>
internal sealed class UnframedFormat(int maximum) : FrameFormat(maximum)
{
    public override string Kind => "None";

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output) => output.Write(payload);

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        int length = Math.Min(data.Length, MaximumFrameLength);
        frame = new FrameBounds(0, length, length);
        return true;
    }
}
