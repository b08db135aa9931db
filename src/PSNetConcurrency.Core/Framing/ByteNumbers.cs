using System.Collections;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Bytes that are given as numbers, as a script writes them.</summary>
internal static class ByteNumbers
{
    /// <summary>The value as a byte, if it is an integer from 0 to 255.</summary>
    public static bool TryByte(object? value, out byte single)
    {
        long number = value switch
        {
            byte n => n,
            sbyte n => n,
            short n => n,
            ushort n => n,
            int n => n,
            uint n => n,
            long n => n,
            ulong n => n <= byte.MaxValue ? (long)n : -1,
            _ => -1,
        };
        single = unchecked((byte)number);
        return number is >= 0 and <= byte.MaxValue;
    }

    /// <summary>The values as bytes; null where one is none.</summary>
    public static byte[]? Of(IEnumerable values)
    {
        List<byte> bytes = [];
        foreach (object? value in values)
        {
            if (!TryByte(value, out byte single))
            {
                return null;
            }
            bytes.Add(single);
        }
        return [.. bytes];
    }
}
