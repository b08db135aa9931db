using System.Text;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Charts;

/// <summary>What room text takes in a drawing, which nobody can measure before it is shown.</summary>
internal static class SvgText
{
    /// <summary>About how wide a text is in a sans-serif font of 12 pixels; rather more than less.</summary>
    public static double Width(string text)
    {
        double width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += rune.Value switch
            {
                'i' or 'j' or 'l' or 't' or 'f' or 'r' or 'I' or '.' or ',' or ':' or '\'' or ' ' or '(' or ')' => 5,
                'm' or 'w' or 'M' or 'W' or '@' or '%' => 12,
                >= 'A' and <= 'Z' => 9,
                < 0x7f => 7.4,
                _ => Math.Max(1, CellWidth.Of(rune)) * 7.4,
            };
        }
        return width;
    }

    /// <summary>A text that is cut where it would be wider than so many pixels.</summary>
    public static string Shorten(string text, double pixels)
    {
        int columns = CellWidth.Of(text);
        while (columns > 1 && Width(text) > pixels)
        {
            text = Cells.Cut(text, --columns, "…");
        }
        return text;
    }
}
