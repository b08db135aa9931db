using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Bytes as text that can be typed: UTF-8 where it is printable, else \x and two hexadecimal digits a byte.</summary>
internal static class ByteEscapes
{
    private const string Letters = "0abefnrtv\\", Bytes = "\0\a\b\e\f\n\r\t\v\\";

    /// <param name="bytes">The bytes.</param>
    /// <param name="misleads">Whether a text behind a comma would be read as something else; then it is escaped further.</param>
    public static string Escape(ReadOnlySpan<byte> bytes, Func<string, bool>? misleads = null)
    {
        StringBuilder text = new();
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            bool printable = valid && !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            if (printable)
            {
                text.Append(rune.Value == '\\' ? "\\\\" : rune.ToString());
            }
            else
            {
                foreach (byte b in bytes[..length])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
                }
            }
            bytes = bytes[length..];
        }
        string result = text.ToString();
        if (misleads?.Invoke("," + result) == true)
        {
            result = result.Replace(",", "\\x2c", StringComparison.Ordinal);
            if (misleads("," + result))
            {
                // Without a comma of its own it begins so.
                result = string.Create(CultureInfo.InvariantCulture, $"\\x{(int)result[0]:x2}{result[1..]}");
            }
        }
        return result;
    }

    public static byte[] Unescape(string text)
    {
        List<byte> bytes = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                int runes = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, runes)));
                i += runes - 1;
            }
            else if (i + 3 < text.Length && text[i + 1] == 'x' && byte.TryParse(text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b))
            {
                bytes.Add(b);
                i += 3;
            }
            else if (i + 5 < text.Length && text[i + 1] == 'u' && ushort.TryParse(text.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort u))
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(((char)u).ToString()));
                i += 5;
            }
            else if (i + 1 < text.Length && Letters.IndexOf(text[i + 1], StringComparison.Ordinal) is >= 0 and int letter)
            {
                bytes.Add((byte)Bytes[letter]);
                i++;
            }
            else
            {
                throw new NetException(NetError.InvalidArgument, $"'{text}' has a backslash that means nothing. \\0, \\a, \\b, \\e, \\f, \\n, \\r, \\t, \\v, \\\\, \\xHH (a byte) and \\uHHHH (a character) do.", text);
            }
        }
        return [.. bytes];
    }
}
