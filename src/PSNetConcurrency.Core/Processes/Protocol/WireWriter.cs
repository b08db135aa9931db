using System.Buffers.Binary;
using System.Text;

namespace PSNetConcurrency.Core.Processes.Protocol;

/// <summary>Builds frames: a buffer that grows. Little-endian, strings as their length in bytes and UTF-8, or UTF-16 where they hold half a character.</summary>
internal sealed class WireWriter
{
    private byte[] _bytes;

    public WireWriter(int capacity = 256) => _bytes = new byte[capacity];

    public int Length { get; private set; }

    public byte[] Buffer => _bytes;

    public ReadOnlySpan<byte> Written => new(_bytes, 0, Length);

    public void Truncate(int length) => Length = length;

    public Span<byte> Reserve(int count)
    {
        int needed = checked(Length + count);
        if (needed > _bytes.Length)
        {
            byte[] larger = new byte[Math.Max(needed, (int)Math.Min(_bytes.Length * 2L, Array.MaxLength))];
            new ReadOnlySpan<byte>(_bytes, 0, Length).CopyTo(larger);
            _bytes = larger;
        }
        Span<byte> room = new(_bytes, Length, count);
        Length = needed;
        return room;
    }

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Blob(ReadOnlySpan<byte> bytes)
    {
        Int32(bytes.Length);
        Raw(bytes);
    }

    /// <summary>Null is the length −1; UTF-16 is a negative length below it.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Int32(-1);
            return;
        }
        if (IsWhole(value))
        {
            int at = Length;
            Int32(0);
            int count = Encoding.UTF8.GetByteCount(value);
            Encoding.UTF8.GetBytes(value, Reserve(count));
            PatchInt32(at, count);
            return;
        }
        Int32(-2 - value.Length);
        foreach (char c in value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), c);
        }
    }

    public void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(_bytes, at, 4), value);

    /// <summary>Begins a frame; returns where, for <see cref="EndFrame"/>.</summary>
    public int BeginFrame(FrameKind kind)
    {
        int at = Length;
        Int32(0);
        Byte((byte)kind);
        return at;
    }

    public void EndFrame(int at) => PatchInt32(at, Length - at - 4);

    // UTF-8 has no form for half a surrogate pair.
    private static bool IsWhole(string value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (char.IsSurrogate(value[i]))
            {
                if (i + 1 >= value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
                {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
