using System.Buffers.Binary;

namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>Reads the values of a record that is there whole.</summary>
internal static class StructUnpacker
{
    public static void Unpack(StructFormat format, ReadOnlySpan<byte> source, Span<StructValue> values)
    {
        bool big = format.ByteOrder == ByteOrder.Big;
        foreach (ref readonly StructItem item in format.Items)
        {
            int offset = item.Offset;
            for (int i = item.FirstValue; i < item.FirstValue + item.Count; i++, offset += item.Size)
            {
                values[i] = Read(item, source.Slice(offset, item.Size), big);
            }
        }
    }

    public static object[] Unpack(StructFormat format, ReadOnlySpan<byte> source)
    {
        object[] values = new object[format.FieldCount];
        bool big = format.ByteOrder == ByteOrder.Big;
        foreach (ref readonly StructItem item in format.Items)
        {
            int offset = item.Offset;
            for (int i = item.FirstValue; i < item.FirstValue + item.Count; i++, offset += item.Size)
            {
                values[i] = item.Kind == StructKind.Char ? source[offset] : Box(item, Read(item, source.Slice(offset, item.Size), big));
            }
        }
        return values;
    }

    private static StructValue Read(in StructItem item, ReadOnlySpan<byte> place, bool big) => item.Kind switch
    {
        StructKind.Signed => StructValue.From((long)Bits(place, big) << (64 - 8 * item.Size) >> (64 - 8 * item.Size)),
        StructKind.Unsigned or StructKind.Pointer => StructValue.From(Bits(place, big)),
        StructKind.Boolean => StructValue.From(place[0] != 0),
        StructKind.Half => StructValue.From(FromHalf(BitConverter.UInt16BitsToHalf((ushort)Bits(place, big)))),
        StructKind.Single => StructValue.From((double)BitConverter.UInt32BitsToSingle((uint)Bits(place, big))),
        StructKind.Double => StructValue.From(BitConverter.UInt64BitsToDouble(Bits(place, big))),
        // A length beyond the field is cut to it.
        StructKind.Pascal => StructValue.From(place.IsEmpty ? [] : place.Slice(1, Math.Min(place[0], place.Length - 1)).ToArray()),
        _ => StructValue.From(place.ToArray()),
    };

    private static ulong Bits(ReadOnlySpan<byte> place, bool big) => place.Length switch
    {
        1 => place[0],
        2 => big ? BinaryPrimitives.ReadUInt16BigEndian(place) : BinaryPrimitives.ReadUInt16LittleEndian(place),
        4 => big ? BinaryPrimitives.ReadUInt32BigEndian(place) : BinaryPrimitives.ReadUInt32LittleEndian(place),
        _ => big ? BinaryPrimitives.ReadUInt64BigEndian(place) : BinaryPrimitives.ReadUInt64LittleEndian(place),
    };

    /// <summary>CPython keeps the sign of a NaN here, and nothing else.</summary>
    private static double FromHalf(Half half) => !Half.IsNaN(half) ? (double)half
        : BitConverter.UInt64BitsToDouble(Half.IsNegative(half) ? 0xFFF8_0000_0000_0000 : 0x7FF8_0000_0000_0000);

    private static object Box(in StructItem item, in StructValue value) => (item.Kind, item.Size) switch
    {
        (StructKind.Boolean, _) => value.Whole != 0,
        (StructKind.Signed, 1) => (sbyte)value.Whole,
        (StructKind.Signed, 2) => (short)value.Whole,
        (StructKind.Signed, 4) => (int)value.Whole,
        (StructKind.Signed, _) => value.Whole,
        (StructKind.Unsigned, 1) => (byte)value.Whole,
        (StructKind.Unsigned, 2) => (ushort)value.Whole,
        (StructKind.Unsigned or StructKind.Pointer, 4) => (uint)value.Whole,
        (StructKind.Unsigned or StructKind.Pointer, _) => value.Large,
        (StructKind.Half or StructKind.Single, _) => (float)value.Real,
        (StructKind.Double, _) => value.Real,
        _ => value.Bytes,
    };
}
