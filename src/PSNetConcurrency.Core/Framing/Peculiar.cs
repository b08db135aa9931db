using System.Buffers;
using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Tells what bytes that are no frame may be instead: nobody reads 1920230005 as 'rtbu'.</summary>
internal static class Peculiar
{
    private static readonly string[] HttpBeginnings = ["GET ", "POST ", "PUT ", "HEAD ", "HTTP/", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI * HTTP/"];
    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(b => (byte)b), (byte)'\t', (byte)'\r', (byte)'\n']);

    /// <summary>A length field in hexadecimal and, where it can be read, as text; then what it looks like and what the other byte order would say.</summary>
    /// <param name="field">The field's bytes.</param>
    /// <param name="data">The frame from its beginning, as far as it has come.</param>
    /// <param name="order">The byte order it was read in; null where there is no choice.</param>
    /// <param name="signed">Whether the field can be negative.</param>
    public static string Length(ReadOnlySpan<byte> field, ReadOnlySpan<byte> data, ByteOrder? order, bool signed = false)
    {
        string number = order is { } read ? string.Create(CultureInfo.InvariantCulture, $"{Number(field, read, signed)}, ") : "";
        StringBuilder text = new($" The length field is {number}{Convert.ToHexString(field)} in hexadecimal, '{Ascii(field)}' in ASCII.");
        string seems = Protocol(data);
        text.Append(seems.Length > 0 ? seems : IsText(field) ? " It looks like text: the peer seems to send text without such a header; Line may be the format." : "");
        if (order is not null && field.Length > 1)
        {
            Int128 other = Number(field, order == ByteOrder.Big ? ByteOrder.Little : ByteOrder.Big, signed);
            text.Append(CultureInfo.InvariantCulture, $" In the other byte order it would be {other}.");
        }
        return text.ToString();
    }

    /// <summary>The first bytes of what is no frame, and what they look like.</summary>
    public static string Beginning(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> first = data[..Math.Min(16, data.Length)];
        string seems = Protocol(data);
        return $" It begins {Convert.ToHexString(first)}, '{Ascii(first)}' in ASCII.{(seems.Length > 0 ? seems : IsText(first) ? " It looks like text." : "")}";
    }

    /// <summary>Bytes as ASCII, with a dot for what can't be printed.</summary>
    public static string Ascii(ReadOnlySpan<byte> data) => string.Create(data.Length, Encoding.Latin1.GetString(data), static (to, from) =>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '.';
        }
    });

    public static Int128 Number(ReadOnlySpan<byte> field, ByteOrder order, bool signed)
    {
        Int128 value = 0;
        for (int i = 0; i < field.Length; i++)
        {
            value = (value << 8) | field[order == ByteOrder.Big ? i : field.Length - 1 - i];
        }
        return signed && field.Length > 0 && value >> ((8 * field.Length) - 1) != 0 ? value - ((Int128)1 << (8 * field.Length)) : value;
    }

    public static bool IsText(ReadOnlySpan<byte> data) => !data.IsEmpty && data.IndexOfAnyExcept(Printable) < 0;

    private static string Protocol(ReadOnlySpan<byte> data)
    {
        if (data.Length >= 3 && data[0] is >= 0x14 and <= 0x17 && data[1] == 3 && data[2] <= 4)
        {
            return $" It looks like TLS (a record that begins {Convert.ToHexString(data[..3])}): the peer encrypts, and this side does not; say -UseTls here, or not there.";
        }
        string text = Encoding.Latin1.GetString(data[..Math.Min(data.Length, 12)]);
        foreach (string beginning in HttpBeginnings)
        {
            int length = Math.Min(text.Length, beginning.Length);
            if (length >= Math.Min(4, beginning.Length) && text.AsSpan(0, length).SequenceEqual(beginning.AsSpan(0, length)))
            {
                return " It looks like HTTP: a browser or another HTTP program is at the other end.";
            }
        }
        return "";
    }
}
