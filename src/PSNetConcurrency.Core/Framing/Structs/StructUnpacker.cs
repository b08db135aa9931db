using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>Reads the values of a record that is there whole.</summary>
internal readonly ref struct StructUnpacker
{
    // Boxes for what there are few of.
    private static readonly object s_true = true, s_false = false;
    private static readonly object[] s_bytes = [.. Enumerable.Range(0, 256).Select(b => (object)(byte)b)];

    private readonly ReadOnlySpan<byte> _source;
    private readonly bool _reverse;

    private StructUnpacker(StructFormat format, ReadOnlySpan<byte> source)
    {
        _source = source;
        _reverse = format.ByteOrder == ByteOrder.Big == BitConverter.IsLittleEndian;
    }

    public static void Unpack(StructFormat format, ReadOnlySpan<byte> source, Span<StructValue> values)
    {
        StructUnpacker from = new(format, source);
        foreach (ref readonly StructItem item in format.Items)
        {
            int at = item.Offset;
            foreach (ref StructValue value in values.Slice(item.FirstValue, item.Count))
            {
                // Each by its own assignment, which the compiler turns into stores of the fields without a copy in between.
                switch (item.Kind)
                {
                    case StructKind.Boolean: value = StructValue.From(from._source[at] != 0); break;
                    case StructKind.SByte: value = StructValue.From((long)(sbyte)from._source[at]); break;
                    case StructKind.Byte: value = StructValue.From((long)from._source[at]); break;
                    case StructKind.Int16: value = StructValue.From((long)(short)from.Two(at)); break;
                    case StructKind.UInt16: value = StructValue.From((long)from.Two(at)); break;
                    case StructKind.Int32: value = StructValue.From((long)(int)from.Four(at)); break;
                    case StructKind.UInt32 or StructKind.Address32: value = StructValue.From((long)from.Four(at)); break;
                    case StructKind.Int64: value = StructValue.From((long)from.Eight(at)); break;
                    case StructKind.UInt64 or StructKind.Address64: value = StructValue.From(from.Eight(at)); break;
                    case StructKind.Half: value = StructValue.From(from.HalfAt(at)); break;
                    case StructKind.Single: value = StructValue.From((double)from.SingleAt(at)); break;
                    case StructKind.Double: value = StructValue.From(from.DoubleAt(at)); break;
                    default: value = StructValue.From(from.BytesAt(item, at)); break;
                }
                at += item.Size;
            }
        }
    }

    public static object[] Unpack(StructFormat format, ReadOnlySpan<byte> source)
    {
        object[] values = new object[format.FieldCount];
        StructUnpacker from = new(format, source);
        foreach (ref readonly StructItem item in format.Items)
        {
            int at = item.Offset;
            foreach (ref object value in values.AsSpan(item.FirstValue, item.Count))
            {
                value = item.Kind switch
                {
                    StructKind.Boolean => from._source[at] != 0 ? s_true : s_false,
                    StructKind.SByte => (sbyte)from._source[at],
                    StructKind.Char or StructKind.Byte => s_bytes[from._source[at]],
                    StructKind.Int16 => (short)from.Two(at),
                    StructKind.UInt16 => from.Two(at),
                    StructKind.Int32 => (int)from.Four(at),
                    StructKind.UInt32 or StructKind.Address32 => from.Four(at),
                    StructKind.Int64 => (long)from.Eight(at),
                    StructKind.UInt64 or StructKind.Address64 => from.Eight(at),
                    StructKind.Half => (float)from.HalfAt(at),
                    StructKind.Single => from.SingleAt(at),
                    StructKind.Double => from.DoubleAt(at),
                    _ => from.BytesAt(item, at),
                };
                at += item.Size;
            }
        }
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ushort Two(int at)
    {
        ushort bits = MemoryMarshal.Read<ushort>(_source[at..]);
        return _reverse ? BinaryPrimitives.ReverseEndianness(bits) : bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Four(int at)
    {
        uint bits = MemoryMarshal.Read<uint>(_source[at..]);
        return _reverse ? BinaryPrimitives.ReverseEndianness(bits) : bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Eight(int at)
    {
        ulong bits = MemoryMarshal.Read<ulong>(_source[at..]);
        return _reverse ? BinaryPrimitives.ReverseEndianness(bits) : bits;
    }

    /// <summary>CPython keeps the sign of a NaN here, and nothing else.</summary>
    private double HalfAt(int at)
    {
        Half half = BitConverter.UInt16BitsToHalf(Two(at));
        return !Half.IsNaN(half) ? (double)half
            : BitConverter.UInt64BitsToDouble(Half.IsNegative(half) ? 0xFFF8_0000_0000_0000 : 0x7FF8_0000_0000_0000);
    }

    private float SingleAt(int at) => BitConverter.UInt32BitsToSingle(Four(at));

    private double DoubleAt(int at) => BitConverter.UInt64BitsToDouble(Eight(at));

    private byte[] BytesAt(in StructItem item, int at)
    {
        ReadOnlySpan<byte> place = _source.Slice(at, item.Size);
        // A length beyond the field is cut to it.
        return item.Kind != StructKind.Pascal ? place.ToArray()
            : place.IsEmpty ? [] : place.Slice(1, Math.Min(place[0], place.Length - 1)).ToArray();
    }
}
