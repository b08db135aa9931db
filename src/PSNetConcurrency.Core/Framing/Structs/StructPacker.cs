using System.Buffers.Binary;
using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>Writes values as a record, with CPython's rules for what fits.</summary>
internal static class StructPacker
{
    /// <summary>Writes a record that fills <paramref name="target"/>; there are as many values as the format has.</summary>
    public static void Pack(StructFormat format, ReadOnlySpan<StructValue> values, Span<byte> target)
    {
        // Gaps, padding and the rest of strings.
        target.Clear();
        bool big = format.ByteOrder == ByteOrder.Big;
        foreach (ref readonly StructItem item in format.Items)
        {
            int offset = item.Offset;
            (long minimum, ulong maximum) = item.IsInteger ? (item.Minimum, item.Maximum) : default;
            for (int i = item.FirstValue; i < item.FirstValue + item.Count; i++, offset += item.Size)
            {
                ref readonly StructValue value = ref values[i];
                Span<byte> place = target.Slice(offset, item.Size);
                switch (item.Kind)
                {
                    case >= StructKind.SByte and <= StructKind.Address64:
                        Write(place, value.TryGetInteger(minimum, maximum, out ulong bits) ? bits : throw NotAnInteger(format, i, value), big);
                        break;
                    case StructKind.Boolean:
                        place[0] = value.IsTrue ? (byte)1 : (byte)0;
                        break;
                    case StructKind.Char:
                        place[0] = value is { Kind: StructValueKind.Bytes, Bytes: [byte only] } ? only
                            : throw Wrong(format, i, value, "one byte");
                        break;
                    case StructKind.Text:
                        WriteText(place, BytesOf(format, i, value));
                        break;
                    case StructKind.Pascal:
                        WritePascal(place, BytesOf(format, i, value));
                        break;
                    default:
                        Write(place, FloatBits(format, item.Kind, i, value), big);
                        break;
                }
            }
        }
    }

    private static void Write(Span<byte> place, ulong bits, bool big)
    {
        switch (place.Length)
        {
            case 1:
                place[0] = (byte)bits;
                break;
            case 2 when big:
                BinaryPrimitives.WriteUInt16BigEndian(place, (ushort)bits);
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)bits);
                break;
            case 4 when big:
                BinaryPrimitives.WriteUInt32BigEndian(place, (uint)bits);
                break;
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)bits);
                break;
            case 8 when big:
                BinaryPrimitives.WriteUInt64BigEndian(place, bits);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(place, bits);
                break;
        }
    }

    private static ulong FloatBits(StructFormat format, StructKind kind, int index, in StructValue value)
    {
        if (!value.TryGetFloat(out double number))
        {
            throw value.Kind == StructValueKind.Huge ? TooLarge(format, index, value, double.MaxValue) : Wrong(format, index, value, "a number");
        }
        switch (kind)
        {
            case StructKind.Double:
                return BitConverter.DoubleToUInt64Bits(number);
            case StructKind.Single:
                float single = (float)number;
                // C converts what is too large to infinity, and so does Python where the C compiler's format is asked for.
                return float.IsInfinity(single) && double.IsFinite(number) && !format.IsNative
                    ? throw TooLarge(format, index, value, float.MaxValue)
                    : BitConverter.SingleToUInt32Bits(single);
            default:
                if (double.IsNaN(number))
                {
                    // CPython keeps the sign of a NaN here, and nothing else.
                    return double.IsNegative(number) ? 0xFE00UL : 0x7E00UL;
                }
                Half half = (Half)number;
                return Half.IsInfinity(half) && double.IsFinite(number)
                    ? throw TooLarge(format, index, value, (double)Half.MaxValue)
                    : BitConverter.HalfToUInt16Bits(half);
        }
    }

    private static byte[] BytesOf(StructFormat format, int index, in StructValue value) =>
        value.Kind == StructValueKind.Bytes ? value.Bytes : throw Wrong(format, index, value, "bytes or text");

    private static void WriteText(Span<byte> place, ReadOnlySpan<byte> bytes) => bytes[..Math.Min(bytes.Length, place.Length)].CopyTo(place);

    /// <summary>The length stops at 255, but as much is copied as there is room for, as CPython does it.</summary>
    private static void WritePascal(Span<byte> place, ReadOnlySpan<byte> bytes)
    {
        if (place.Length > 0)
        {
            int n = Math.Min(bytes.Length, place.Length - 1);
            bytes[..n].CopyTo(place[1..]);
            place[0] = (byte)Math.Min(n, byte.MaxValue);
        }
    }

    private static NetException NotAnInteger(StructFormat format, int index, in StructValue value)
    {
        ref readonly StructItem item = ref format.ItemOf(index);
        return value.Kind is StructValueKind.Whole or StructValueKind.Large or StructValueKind.Huge
            ? new NetException(NetError.InvalidArgument, $"{format.Describe(index)} is {value}, which is out of range: it takes {item.Minimum} to {item.Maximum}.", value.ToString())
            : Wrong(format, index, value, "an integer");
    }

    private static NetException TooLarge(StructFormat format, int index, in StructValue value, double limit) => new(NetError.InvalidArgument,
        $"{format.Describe(index)} is {value}, which is out of range: it takes numbers up to {limit.ToString("R", CultureInfo.InvariantCulture)}.", value.ToString());

    private static NetException Wrong(StructFormat format, int index, in StructValue value, string wanted) =>
        new(NetError.InvalidArgument, $"{format.Describe(index)} takes {wanted}, not {value}.", value.ToString());
}
