using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>What a <see cref="StructValue"/> holds.</summary>
public enum StructValueKind : byte
{
    /// <summary>Nothing: Python's None.</summary>
    None,

    /// <summary>An integer that a long holds. A truth value is 0 or 1.</summary>
    Whole,

    /// <summary>An integer above that, which an ulong holds.</summary>
    Large,

    /// <summary>An integer beyond both.</summary>
    Huge,
    Real,
    Bytes,
}

/// <summary>One value to pack or just unpacked, without a box around it.</summary>
public readonly record struct StructValue
{
    private readonly object? _object;
    private readonly long _bits;

    private StructValue(StructValueKind kind, long bits, object? data)
    {
        Kind = kind;
        _bits = bits;
        _object = data;
    }

    public StructValueKind Kind { get; }

    public long Whole => _bits;

    public ulong Large => (ulong)_bits;

    public double Real => BitConverter.Int64BitsToDouble(_bits);

    public byte[] Bytes => _object as byte[] ?? [];

    /// <summary>The integer, of whichever size.</summary>
    public BigInteger Huge => Kind switch
    {
        StructValueKind.Whole => Whole,
        StructValueKind.Large => Large,
        _ => _object is BigInteger big ? big : default,
    };

    public static StructValue From(long value) => new(StructValueKind.Whole, value, null);

    public static StructValue From(ulong value) => new(value > long.MaxValue ? StructValueKind.Large : StructValueKind.Whole, (long)value, null);

    public static StructValue From(bool value) => new(StructValueKind.Whole, value ? 1 : 0, null);

    public static StructValue From(double value) => new(StructValueKind.Real, BitConverter.DoubleToInt64Bits(value), null);

    public static StructValue From(byte[] value) => new(StructValueKind.Bytes, 0, value);

    public static StructValue From(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? From((long)value)
        : value > 0 && value <= ulong.MaxValue ? From((ulong)value)
        : new(StructValueKind.Huge, 0, value);

    /// <summary>The integer, if it is one from <paramref name="minimum"/> to <paramref name="maximum"/>, as the bits of its two's complement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGetInteger(long minimum, ulong maximum, out ulong bits)
    {
        bits = (ulong)_bits;
        return Kind == StructValueKind.Whole ? _bits >= minimum && (_bits < 0 || bits <= maximum)
            : Kind == StructValueKind.Large && bits <= maximum;
    }

    /// <summary>The value as a float, as Python's float() makes it of a float or an integer; false for anything else, and for integers beyond it.</summary>
    internal bool TryGetFloat(out double value)
    {
        value = Kind switch
        {
            StructValueKind.Real => Real,
            StructValueKind.Whole => Whole,
            StructValueKind.Large => Large,
            // Rounded to the nearest, which BigInteger's own conversion is not.
            StructValueKind.Huge => double.Parse(Huge.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            _ => 0,
        };
        return Kind is StructValueKind.Real or StructValueKind.Whole or StructValueKind.Large || (Kind == StructValueKind.Huge && double.IsFinite(value));
    }

    /// <summary>Whether Python would call it true.</summary>
    internal bool IsTrue => Kind switch
    {
        StructValueKind.None => false,
        StructValueKind.Real => Real != 0,
        StructValueKind.Bytes => Bytes.Length > 0,
        StructValueKind.Huge => true,
        _ => _bits != 0,
    };

    public override string ToString() => Kind switch
    {
        StructValueKind.None => "nothing",
        StructValueKind.Real => Real.ToString("R", CultureInfo.InvariantCulture),
        StructValueKind.Bytes => StructFormat.Count(Bytes.Length, "byte"),
        StructValueKind.Huge when Huge.GetBitLength() > 512 => $"an integer of {Huge.GetBitLength()} bits",
        _ => Huge.ToString(CultureInfo.InvariantCulture),
    };
}
