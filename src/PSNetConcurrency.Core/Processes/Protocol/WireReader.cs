using System.Buffers.Binary;
using System.Text;

namespace PSNetConcurrency.Core.Processes.Protocol;

/// <summary>Reads what <see cref="WireWriter"/> wrote; whatever the bytes are, it either reads them or throws <see cref="InvalidDataException"/>.</summary>
internal ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _bytes;

    public WireReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        Position = 0;
    }

    public int Position { get; private set; }

    public readonly int Left => _bytes.Length - Position;

    public ReadOnlySpan<byte> Raw(int count)
    {
        if (count < 0 || count > Left)
        {
            throw new InvalidDataException("The bytes end in the middle of a value, or a length in them is wrong.");
        }
        ReadOnlySpan<byte> bytes = _bytes.Slice(Position, count);
        Position += count;
        return bytes;
    }

    public byte Byte() => Raw(1)[0];

    public bool Bool() => Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw new InvalidDataException("A byte that is to be 0 or 1 is neither."),
    };

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Raw(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Raw(8));

    public ReadOnlySpan<byte> Blob() => Raw(Int32());

    /// <summary>A number of things that follow, each of at least <paramref name="least"/> bytes.</summary>
    public int Count(int least)
    {
        int count = Int32();
        if (count < 0 || (long)count * least > Left)
        {
            throw new InvalidDataException("A count in the bytes is larger than they are.");
        }
        return count;
    }

    public string? Text()
    {
        int length = Int32();
        if (length == -1)
        {
            return null;
        }
        if (length >= 0)
        {
            return Encoding.UTF8.GetString(Raw(length));
        }
        long units = -2L - length;
        ReadOnlySpan<byte> raw = Raw(units * 2 > Left ? -1 : (int)units * 2);
        char[] text = new char[units];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(raw[(2 * i)..]);
        }
        return new string(text);
    }

    public string RequiredText() => Text() ?? throw new InvalidDataException("A text is missing.");
}
