namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>What a code stands for once order and sizes are settled.</summary>
internal enum StructKind : byte
{
    /// <summary>x: a byte that is no value.</summary>
    Pad,
    Char,
    Boolean,

    /// <summary>An integer with a sign, of the item's size.</summary>
    Signed,

    /// <summary>An integer without a sign, of the item's size.</summary>
    Unsigned,

    /// <summary>P: without a sign when read; negative numbers are taken as Python takes them, as the address with those bits.</summary>
    Pointer,
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
    /// <summary>The least integer taken.</summary>
    public long Minimum => Kind == StructKind.Unsigned ? 0 : long.MinValue >> (64 - 8 * Size);

    /// <summary>The greatest integer taken.</summary>
    public ulong Maximum => (Kind == StructKind.Signed ? long.MaxValue : ulong.MaxValue) >> (64 - 8 * Size);

    /// <summary>The code as the format has it: of s and p with the length.</summary>
    public string Text => Kind is StructKind.Text or StructKind.Pascal ? $"{Size}{Code}" : Code.ToString();

    /// <summary>What a value is unpacked as.</summary>
    public Type Type => (Kind, Size) switch
    {
        (StructKind.Boolean, _) => typeof(bool),
        (StructKind.Char, _) => typeof(byte),
        (StructKind.Signed, 1) => typeof(sbyte),
        (StructKind.Signed, 2) => typeof(short),
        (StructKind.Signed, 4) => typeof(int),
        (StructKind.Signed, _) => typeof(long),
        (StructKind.Unsigned, 1) => typeof(byte),
        (StructKind.Unsigned, 2) => typeof(ushort),
        (StructKind.Unsigned or StructKind.Pointer, 4) => typeof(uint),
        (StructKind.Unsigned or StructKind.Pointer, _) => typeof(ulong),
        (StructKind.Half or StructKind.Single, _) => typeof(float),
        (StructKind.Double, _) => typeof(double),
        _ => typeof(byte[]),
    };
}
