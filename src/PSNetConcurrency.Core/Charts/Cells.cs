using System.Globalization;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Charts;

/// <summary>Names as charts show them: on one line, without what would drive a terminal, of bounded length.</summary>
internal static class Cells
{
    // More of a name helps nobody, and a million bars may carry it.
    private const int LongestName = 200;

    public static string Name(string? text) => Cut(TerminalText.CleanLine(Head(text ?? "")), LongestName, "…");

    /// <summary>The text if it fits so many columns, or its start and a sign that there is more.</summary>
    public static string Cut(string text, int columns, string more) => CellWidth.Of(text) <= columns ? text
        : columns < more.Length ? CellWidth.Fit(text, Math.Max(0, columns))
        : CellWidth.Fit(text, columns - more.Length) + more;

    /// <summary>The text and blanks up to so many columns.</summary>
    public static string Pad(string text, int columns) => text + new string(' ', Math.Max(0, columns - CellWidth.Of(text)));

    /// <summary>The text with a question mark for each character that ASCII lacks.</summary>
    public static string ToAscii(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text;
        }
        System.Text.StringBuilder ascii = new(text.Length);
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text.Replace("µs", "us", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal));
        while (elements.MoveNext())
        {
            string element = elements.GetTextElement();
            ascii.Append(element.Length == 1 && char.IsAscii(element[0]) ? element : "?");
        }
        return ascii.ToString();
    }

    // Cleaning costs as much as the text is long; ten code units a column are more than any script takes.
    private static string Head(string text) => text.Length <= 10 * LongestName ? text : text[..(10 * LongestName)];
}
