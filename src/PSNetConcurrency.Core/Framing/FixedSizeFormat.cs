using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Messages that all have the same number of bytes.</summary>
internal sealed class FixedSizeFormat : FrameFormat
{
    private readonly int _size;

    public FixedSizeFormat(int size, int maximum)
        : base(Math.Max(maximum, size)) => _size = size > 0
            ? size
            : throw new NetException(NetError.InvalidArgument, $"The size of a fixed-size frame must be above 0: 'FixedSize,16'.", size);

    public override string Kind => "FixedSize";

    public override string ToString() => $"{Kind},{_size}";

    public override FrameFormat WithMaximum(int maximumFrameLength) => new FixedSizeFormat(_size, maximumFrameLength);

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        if (payload.Length != _size)
        {
            throw new NetException(NetError.InvalidArgument, $"The message has {payload.Length} bytes; a frame of this format has exactly {_size}.", payload.Length);
        }
        output.Write(payload);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref int searched, out FrameBounds frame)
    {
        frame = new FrameBounds(0, _size, _size);
        return data.Length >= _size;
    }
}
