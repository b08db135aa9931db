using System.Buffers;
using System.Buffers.Binary;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// The course's dictionary frame: the header's length as a signed int32 (little-endian by default, Python's struct 'i' on x86),
/// the header as UTF-8 JSON, then as many bytes of payload as the header's size key says, none where it has none.
/// </summary>
internal sealed class DictionaryFormat : FrameFormat
{
    public const int LengthBytes = 4;

    private static readonly string[] DefaultSizeKeys = ["file_size", "total_size", "size"];

    public DictionaryFormat(int maximum)
        : base(maximum)
    {
    }

    public override string Kind => "Dictionary";

    public ByteOrder Order { get; init; } = ByteOrder.Little;

    /// <summary>The keys that may hold the payload's size; the first that a header has counts.</summary>
    public IReadOnlyList<string> SizeKeys { get; init; } = DefaultSizeKeys;

    /// <summary>The key that holds a file's name.</summary>
    public string NameKey { get; init; } = "file_name";

    /// <summary>The key that holds the payload's digest in hexadecimal; null where there is none.</summary>
    public string? DigestKey { get; init; }

    /// <summary>The longest header taken, in bytes of JSON.</summary>
    public int MaximumHeaderLength { get; init; } = 64 * 1024;

    public override FrameFormat WithMaximum(int maximumFrameLength) => new DictionaryFormat(maximumFrameLength)
    {
        Order = Order,
        SizeKeys = SizeKeys,
        NameKey = NameKey,
        DigestKey = DigestKey,
        MaximumHeaderLength = MaximumHeaderLength,
    };

    /// <summary>Reads the four bytes before a header.</summary>
    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/> or <see cref="NetError.MessageTooLarge"/>: no such header is taken.</exception>
    public int ReadHeaderLength(ReadOnlySpan<byte> field)
    {
        int length = Order == ByteOrder.Little ? BinaryPrimitives.ReadInt32LittleEndian(field) : BinaryPrimitives.ReadInt32BigEndian(field);
        return length is >= 2 && length <= MaximumHeaderLength ? length : throw new NetException(NetError.FrameCorrupted, $"The header length {Convert.ToHexString(field[..LengthBytes])} is {length}.", length);
    }

    /// <summary>How many bytes of payload follow the header; 0 where it has no size key.</summary>
    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/>: the size is negative, or no whole number.</exception>
    public long PayloadLength(DictionaryHeader header)
    {
        foreach (string key in SizeKeys)
        {
            if (header.Root.TryGetProperty(key, out _))
            {
                return header.GetInt64(key) is long size and >= 0 ? size
                    : throw new NetException(NetError.FrameCorrupted, $"The header's {key} is {header.Root.GetProperty(key)}, which is no number of bytes.", key);
            }
        }
        return 0;
    }

    /// <summary>Writes a header, given as JSON, behind its length.</summary>
    public void WriteHeader(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        Span<byte> field = output.GetSpan(LengthBytes);
        if (Order == ByteOrder.Little)
        {
            BinaryPrimitives.WriteInt32LittleEndian(field, json.Length);
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(field, json.Length);
        }
        output.Advance(LengthBytes);
        output.Write(json);
    }

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output) => throw new NotSupportedException();

    internal override bool TryFind(ReadOnlySpan<byte> data, ref int searched, out FrameBounds frame) => throw new NotSupportedException();
}
