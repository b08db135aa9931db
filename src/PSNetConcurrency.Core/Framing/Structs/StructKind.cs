namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>What a code stands for once order and sizes are settled.</summary>
internal enum StructKind : byte
{
    /// <summary>x: a byte that is no value.</summary>
    Pad,

    /// <summary>c: one byte.</summary>
    Char,
    Boolean,
    SByte,
    Byte,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,

    /// <summary>P of four bytes: read without a sign; negative numbers are taken as Python takes them, as the address with those bits.</summary>
    Address32,

    /// <summary>P of eight bytes, likewise.</summary>
    Address64,
    Half,
    Single,
    Double,

    /// <summary>s: so many bytes, the rest filled with NUL.</summary>
    Text,

    /// <summary>p: a byte of length, then as many bytes.</summary>
    Pascal,
}

/// <summary>A code with its repeat count, compiled: <see cref="Count"/> values of <see cref="Size"/> bytes from <see cref="Offset"/> on.</summary>
internal readonly record struct StructItem(char Code, StructKind Kind, int Size, int Count, int Offset, int FirstValue)
{
    public bool IsInteger => Kind is >= StructKind.SByte and <= StructKind.Address64;

    /// <summary>The least integer taken.</summary>
    public long Minimum => Kind is StructKind.Byte or StructKind.UInt16 or StructKind.UInt32 or StructKind.UInt64 ? 0 : long.MinValue >> (64 - 8 * Size);

    /// <summary>The greatest integer taken.</summary>
    public ulong Maximum => (Kind is StructKind.SByte or StructKind.Int16 or StructKind.Int32 or StructKind.Int64 ? long.MaxValue : ulong.MaxValue) >> (64 - 8 * Size);

    /// <summary>The code as the format has it: of s and p with the length.</summary>
    public string Text => Kind is StructKind.Text or StructKind.Pascal ? $"{Size}{Code}" : Code.ToString();

    /// <summary>What a value is unpacked as.</summary>
    public Type Type => Kind switch
    {
        StructKind.Boolean => typeof(bool),
        StructKind.SByte => typeof(sbyte),
        StructKind.Char or StructKind.Byte => typeof(byte),
        StructKind.Int16 => typeof(short),
        StructKind.UInt16 => typeof(ushort),
        StructKind.Int32 => typeof(int),
        StructKind.UInt32 or StructKind.Address32 => typeof(uint),
        StructKind.Int64 => typeof(long),
        StructKind.UInt64 or StructKind.Address64 => typeof(ulong),
        StructKind.Half or StructKind.Single => typeof(float),
        StructKind.Double => typeof(double),
        _ => typeof(byte[]),
    };
}
