using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Messages that all have the same number of bytes.</summary>
internal sealed class FixedSizeFormat : FrameFormat
{
    public FixedSizeFormat(int size, int maximum)
        : base(maximum)
    {
        Size = size > 0 ? size : throw new NetException(NetError.InvalidArgument, "The size of a fixed-size frame must be above 0: 'FixedSize,16'.", size);
        OnMaximumChanged();
    }

    public override string Kind => "FixedSize";

    public int Size { get; }

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        if (payload.Length != Size)
        {
            throw new NetException(NetError.InvalidArgument, $"The message has {payload.Length} bytes; a frame of this format has exactly {Size}.", payload.Length);
        }
        output.Write(payload);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        frame = new FrameBounds(0, Size, Size);
        return data.Length >= Size;
    }

    protected override void AddWords(List<string> words) => words.Add($"{Size}");

    // The size was said: no limit can mean less.
    private protected override void OnMaximumChanged() => RaiseMaximum(Size);
}
