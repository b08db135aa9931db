using System.Globalization;
using System.Text.RegularExpressions;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>Reads a frame format from the words that a user types.</summary>
internal static class FrameFormatParser
{
    /// <summary>The kinds, for completion and messages.</summary>
    public static readonly string[] Kinds = ["None", "Line", "LengthField", "FixedSize", "Delimiter"];

    public static FrameFormat Parse(string text, int maximum)
    {
        string[] words = text.Split(',');
        string kind = words[0].Trim();
        return kind.ToUpperInvariant() switch
        {
            "NONE" => new UnframedFormat(maximum),
            "LINE" => new LineFormat(maximum),
            "LENGTHFIELD" => new LengthFieldFormat(Number(1, 4), Order(2), maximum),
            "FIXEDSIZE" => new FixedSizeFormat(Number(1, 0), maximum),
            "DELIMITER" when words.Length > 1 => new DelimiterFormat(System.Text.Encoding.UTF8.GetBytes(Regex.Unescape(text[(text.IndexOf(',') + 1)..])), maximum),
            _ => throw new NetException(NetError.InvalidArgument,
                $"'{text}' is not a frame format. There are: {string.Join(", ", Kinds)}; for example 'Line', 'LengthField,2,Little', 'FixedSize,16', 'Delimiter,\\0'.", text),
        };

        int Number(int at, int fallback) => words.Length <= at ? fallback
            : int.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n
            : throw new NetException(NetError.InvalidArgument, $"'{words[at]}' in the frame format '{text}' is not a number of bytes.", text);

        ByteOrder Order(int at) => words.Length <= at ? ByteOrder.Big
            : Enum.TryParse(words[at].Trim(), ignoreCase: true, out ByteOrder order) && Enum.IsDefined(order) ? order
            : throw new NetException(NetError.InvalidArgument, $"'{words[at]}' in the frame format '{text}' is not a byte order: Big and Little are.", text);
    }
}
