using System.Globalization;
using System.Numerics;
using PSNetConcurrency.Core.Framing.Structs;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Framing.Structs;

/// <summary>A format, values to pack by it, and bytes to unpack by it; any of them may be wrong.</summary>
internal sealed record StructCase(string Format, StructValue[] Values, byte[] Data);

/// <summary>Random cases, the same for the same seed.</summary>
internal sealed class StructCases(int seed)
{
    private const string Codes = "xcbB?hHiIlLqQnNefdspP";

    private static readonly string[] s_prefixes = ["", "@", "=", "<", ">", "!"];
    private static readonly string[] s_spaces = [" ", "\t", "\n", "\v", "\f", "\r", "  "];
    private static readonly string[] s_wrong = ["z", "5", " ", "@", "<", "é", "\0", "F", "-", "\u00a0", "٣", "N", "_", "2 "];

    private readonly Random _random = new(seed);

    public StructCase Next()
    {
        string text = Format();
        StructValue[] values = [];
        int size = _random.Next(10);
        try
        {
            StructFormat format = StructFormat.Parse(text);
            values = Values(format);
            size = format.Size;
        }
        catch (NetException)
        {
            // The judge has to find it wrong as well.
        }
        byte[] data = new byte[Math.Max(0, size + (One(12) ? _random.Next(-2, 3) : 0))];
        _random.NextBytes(data);
        return new StructCase(text, values, data);
    }

    private bool One(int of) => _random.Next(of) == 0;

    private T Any<T>(T[] list) => list[_random.Next(list.Length)];

    private string Format()
    {
        string text = Any(s_prefixes);
        bool native = text is "" or "@";
        for (int i = _random.Next(7); i > 0; i--)
        {
            char code = Codes[_random.Next(Codes.Length)];
            while (!native && code is 'n' or 'N' or 'P' && !One(50))
            {
                code = Codes[_random.Next(Codes.Length)];
            }
            int count = One(40) && code is 's' or 'p' or 'x' ? _random.Next(250, 300) : _random.Next(code is 's' or 'p' ? 12 : 4);
            // CPython before 3.13 writes and reads outside of the record for 0p.
            count = code == 'p' ? Math.Max(1, count) : count;
            text += (One(6) ? Any(s_spaces) : "") + (count == 1 && !One(4) ? "" : (One(20) ? "0" : "") + count.ToString(CultureInfo.InvariantCulture)) + code;
        }
        return One(25) ? text.Insert(_random.Next(text.Length + 1), Any(s_wrong)) : text;
    }

    private StructValue[] Values(StructFormat format)
    {
        List<StructValue> values = [.. format.Field.Select(Fitting)];
        if (values.Count > 0 && One(4))
        {
            int at = _random.Next(values.Count);
            values[at] = Odd(format.Field[at]);
        }
        if (One(30))
        {
            values.Add(StructValue.From(1L));
        }
        else if (values.Count > 0 && One(30))
        {
            values.RemoveAt(values.Count - 1);
        }
        return [.. values];
    }

    private StructValue Fitting(StructField field)
    {
        switch (field.Code[^1])
        {
            case 'c':
                return StructValue.From(Bytes(1));
            case 's' or 'p':
                return StructValue.From(Bytes(_random.Next(field.Size + 3)));
            case '?':
                return Any([StructValue.From(true), StructValue.From(false), Odd(field)]);
            case 'e' or 'f' or 'd':
                return StructValue.From(Real(field));
            default:
                long bits = _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64);
                return field.Type == typeof(ulong) ? StructValue.From((ulong)bits)
                    : field.Type.Name[0] == 'U' || field.Type == typeof(byte) ? StructValue.From((long)((ulong)bits & (ulong.MaxValue >> (64 - 8 * field.Size))))
                    : StructValue.From(bits << (64 - 8 * field.Size) >> (64 - 8 * field.Size));
        }
    }

    private double Real(StructField field) => _random.Next(8) switch
    {
        0 => Any([0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 1]),
        1 => BitConverter.Int64BitsToDouble(_random.NextInt64(long.MinValue, long.MaxValue)) is var any && (field.Size == 8 || !double.IsFinite(any)) ? any : 0.1,
        2 => BitConverter.UInt64BitsToDouble(0x7FF0_0000_0000_0000 | (ulong)_random.NextInt64() >> _random.Next(12, 63) | (One(2) ? 1UL << 63 : 0)),
        // Halfway between two halves or two floats, and next to it.
        3 => Nudged((double)BitConverter.UInt16BitsToHalf((ushort)_random.Next(0x7BFF)) + Math.ScaleB(1, _random.Next(-26, 4))),
        4 when field.Size > 2 => Nudged((double)BitConverter.Int32BitsToSingle(_random.Next(0x7F000000)) * (1 + Math.ScaleB(1, -24))),
        5 => Math.ScaleB(_random.NextDouble(), _random.Next(-30, 16)),
        _ => (_random.NextDouble() - 0.5) * 1000,
    };

    private double Nudged(double number) => _random.Next(3) switch { 0 => Math.BitIncrement(number), 1 => Math.BitDecrement(number), _ => number };

    /// <summary>A value at the edge of what a code takes, beyond it, or of another kind.</summary>
    private StructValue Odd(StructField field) => _random.Next(6) switch
    {
        0 => default,
        1 => StructValue.From(Bytes(_random.Next(3))),
        2 => StructValue.From(Any([0, 1.5, double.NaN, 65519.99, 65520, -65520, 3.4028235677973366e38, 3.4028235677973362e38, 1e300, 3])),
        3 => StructValue.From((BigInteger.One << _random.Next(1200)) * (One(2) ? -1 : 1)),
        _ => StructValue.From((BigInteger.One << Any([8 * field.Size, 8 * field.Size - 1, 0])) * (One(2) ? -1 : 1) - _random.Next(-1, 2)),
    };

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
