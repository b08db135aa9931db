using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>
/// Makes packable values of the objects that scripts have: whatever is exactly the number meant, text in an encoding for
/// bytes. What does not fit its code stays what it is, and packing refuses it by name.
/// </summary>
internal static class StructCoercion
{
    // More than any float or integer has; parsing takes the square of it.
    private const int MaximumDigits = 1000;

    public static StructValue Convert(StructFormat format, int index, object? value, Encoding encoding)
    {
        StructKind kind = format.ItemOf(index).Kind;
        StructValue? converted = kind switch
        {
            StructKind.Text or StructKind.Pascal or StructKind.Char => ToBytes(value, encoding),
            StructKind.Boolean => ToTruth(value),
            StructKind.Half or StructKind.Single or StructKind.Double => ToFloat(value),
            _ => ToInteger(value),
        };
        return converted ?? throw new NetException(NetError.InvalidArgument, $"{format.Describe(index)} takes {Wanted(kind)}, not {Shown(value)}.", value);
    }

    private static StructValue? ToBytes(object? value, Encoding encoding) => value switch
    {
        byte[] bytes => StructValue.From(bytes),
        string text => StructValue.From(encoding.GetBytes(text)),
        char c => StructValue.From(encoding.GetBytes([c])),
        byte single => StructValue.From([single]),
        ReadOnlyMemory<byte> memory => StructValue.From(memory.ToArray()),
        ICollection items => FromItems(items),
        _ => null,
    };

    private static StructValue? FromItems(ICollection items)
    {
        byte[] bytes = new byte[items.Count];
        int n = 0;
        foreach (object? item in items)
        {
            if (ToInteger(item) is not { } number || !number.TryGetInteger(0, byte.MaxValue, out ulong bits))
            {
                return null;
            }
            bytes[n++] = (byte)bits;
        }
        return StructValue.From(bytes);
    }

    /// <summary>Text is no truth value by being there, as PowerShell and Python have it: 'False' in a CSV file means false.</summary>
    private static StructValue? ToTruth(object? value) => value switch
    {
        null => StructValue.From(false),
        string text when bool.TryParse(text.Trim(), out bool truth) => StructValue.From(truth),
        string text => ToFloat(text) is { } number ? StructValue.From(number.IsTrue) : null,
        _ => ToFloat(value) is { } number ? StructValue.From(number.IsTrue) : null,
    };

    private static StructValue? ToFloat(object? value) => value switch
    {
        double number => StructValue.From(number),
        float number => StructValue.From((double)number),
        Half number => StructValue.From((double)number),
        decimal number => StructValue.From((double)number),
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? StructValue.From(number) : Integer(text),
        char => null,
        _ => ToInteger(value),
    };

    private static StructValue? ToInteger(object? value) => value switch
    {
        int number => StructValue.From(number),
        long number => StructValue.From(number),
        byte number => StructValue.From((long)number),
        uint number => StructValue.From((long)number),
        ulong number => StructValue.From(number),
        bool truth => StructValue.From(truth),
        double number => Whole(number),
        float number => Whole(number),
        Half number => Whole((double)number),
        decimal number => number == decimal.Truncate(number) ? StructValue.From(new BigInteger(number)) : null,
        BigInteger number => StructValue.From(number),
        sbyte number => StructValue.From((long)number),
        short number => StructValue.From((long)number),
        ushort number => StructValue.From((long)number),
        nint number => StructValue.From((long)number),
        nuint number => StructValue.From((ulong)number),
        char c => StructValue.From((long)c),
        Enum member => ToInteger(System.Convert.ChangeType(member, Enum.GetUnderlyingType(member.GetType()), CultureInfo.InvariantCulture)),
        string text => Integer(text),
        _ => null,
    };

    private static StructValue? Integer(string text)
    {
        text = text.Trim();
        if (text.Length > MaximumDigits)
        {
            return null;
        }
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number))
        {
            return StructValue.From(number);
        }
        // A leading zero keeps the first digit from being a sign.
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && BigInteger.TryParse($"0{text.AsSpan(2)}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && text.Length > 2)
        {
            return StructValue.From(number);
        }
        // 1e3 and 4.0 are whole as well.
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact) && exact == decimal.Truncate(exact) ? StructValue.From(new BigInteger(exact)) : null;
    }

    private static StructValue? Whole(double number) => double.IsInteger(number) ? StructValue.From(new BigInteger(number)) : null;

    private static string Wanted(StructKind kind) => kind switch
    {
        StructKind.Text or StructKind.Pascal => "bytes or text",
        StructKind.Char => "one byte, or a character that is one",
        StructKind.Boolean => "true or false",
        StructKind.Half or StructKind.Single or StructKind.Double => "a number",
        _ => "a whole number",
    };

    private static string Shown(object? value) => value switch
    {
        null => "nothing ($null)",
        string { Length: > 40 } text => $"'{text[..40]}…'",
        string text => $"'{text}'",
        IFormattable number when value.GetType().IsPrimitive || value is decimal or Half => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"a {value.GetType().Name}",
    };
}
