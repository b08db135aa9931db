using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// Reads a frame format from the words that a user types: the kind, then what it is most often followed by (a length, a byte
/// order, a size, a delimiter), then options by the names of New-FrameFormat's parameters, as Name=Value or, of a switch, Name.
/// </summary>
internal static partial class FrameFormatParser
{
    public static FrameFormat Parse(string text)
    {
        string name = text.Split(',')[0].Trim(), rest = text.Contains(',', StringComparison.Ordinal) ? text[text.IndexOf(',', StringComparison.Ordinal)..] : "";
        if (!Enum.TryParse(name, ignoreCase: true, out FrameFormatKind kind) || !Enum.IsDefined(kind) || !char.IsLetter(name[0]))
        {
            throw new NetException(NetError.InvalidArgument,
                $"'{text}' is not a frame format. There are: {string.Join(", ", Enum.GetNames<FrameFormatKind>())}; for example 'Line', 'LengthField,2,Little', 'FixedSize,16', 'Delimiter,\\0', 'Dictionary,SizeKey=len'.", text);
        }
        FrameFormatOptions options = new(kind);
        if (kind == FrameFormatKind.Delimiter && rest.Length > 0)
        {
            // All of the text is the delimiter, commas too, but for options at its end.
            Match tail = Options().Match(rest);
            int end = tail.Success ? tail.Index : rest.Length;
            // Options at once: there is no delimiter.
            options = end == 0 ? options : options with { Delimiter = ByteEscapes.Unescape(rest[1..end]) };
            rest = tail.Success ? tail.Value : "";
        }
        foreach (string word in rest.Split(',').Skip(1).Select(w => w.Trim()))
        {
            options = Add(options, word, text);
        }
        return options.Create();
    }

    /// <summary>Whether a delimiter's text would be read as options.</summary>
    public static bool EndsLikeOptions(string text) => Options().IsMatch(text);

    /// <summary>A key's name as a value that <see cref="Parse"/> reads.</summary>
    public static string EscapeValue(string value)
    {
        StringBuilder text = new(ByteEscapes.Escape(Encoding.UTF8.GetBytes(value)));
        return text.Replace(",", "\\x2c").Replace("|", "\\x7c").Replace(" ", "\\x20").ToString();
    }

    private static FrameFormatOptions Add(FrameFormatOptions options, string word, string text)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = (equals < 0 ? word : word[..equals]).Trim(), value = equals < 0 ? "" : word[(equals + 1)..].Trim();
        bool isNumber = equals < 0 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        switch (options.Kind)
        {
            case FrameFormatKind.LengthField when isNumber:
                return options with { LengthFieldLength = Number(word) };
            case FrameFormatKind.FixedSize when isNumber:
                return options with { Size = Number(word) };
            case FrameFormatKind.LengthField or FrameFormatKind.Dictionary when equals < 0 && TryOrder(word, out ByteOrder order):
                return options with { ByteOrder = order };
        }
        return (equals < 0 ? name.ToUpperInvariant() + "?" : name.ToUpperInvariant()) switch
        {
            "LENGTHFIELDOFFSET" => options with { LengthFieldOffset = Number(value) },
            "LENGTHFIELDLENGTH" => options with { LengthFieldLength = Number(value) },
            "LENGTHADJUSTMENT" => options with { LengthAdjustment = Number(value) },
            "INITIALBYTESTOSTRIP" => options with { InitialBytesToStrip = Number(value) },
            "LENGTHINCLUDESHEADER?" => options with { LengthIncludesHeader = true },
            "LENGTHINCLUDESHEADER" => options with { LengthIncludesHeader = Truth(value) },
            "SIGNED?" => options with { Signed = true },
            "SIGNED" => options with { Signed = Truth(value) },
            "BYTEORDER" => options with { ByteOrder = TryOrder(value, out ByteOrder order) ? order : throw Bad($"'{value}' is not a byte order: Big and Little are.") },
            "MAXIMUMFRAMELENGTH" => options with { MaximumFrameLength = Number(value) },
            "MAXIMUMHEADERLENGTH" => options with { MaximumHeaderLength = Number(value) },
            "FAILFAST?" => options with { FailFast = true },
            "FAILFAST" => options with { FailFast = Truth(value) },
            "SIZE" => options with { Size = Number(value) },
            "SIZEKEY" => options with { SizeKey = [.. value.Split('|').Select(Key)] },
            "NAMEKEY" => options with { NameKey = Key(value) },
            "DIGESTKEY" => options with { DigestKey = Key(value) },
            _ => throw Bad($"'{word}' is no option of {options.Kind}."),
        };

        int Number(string number) => int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n) ? n : throw Bad($"'{number}' is not a number.");

        bool Truth(string truth) => bool.TryParse(truth.TrimStart('$'), out bool b) ? b : throw Bad($"'{truth}' is neither True nor False.");

        NetException Bad(string why) => new(NetError.InvalidArgument, $"{why} It stands in the frame format '{text}'.", text);
    }

    private static string Key(string value) => Encoding.UTF8.GetString(ByteEscapes.Unescape(value));

    private static bool TryOrder(string word, out ByteOrder order) => Enum.TryParse(word, ignoreCase: true, out order) && Enum.IsDefined(order) && char.IsLetter(word[0]);

    [GeneratedRegex(@"(,(MaximumFrameLength=\d+|FailFast(=\w+)?))+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Options();
}
