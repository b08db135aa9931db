using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Shell;

/// <summary>How many terminal columns a text takes.</summary>
internal static class CellWidth
{
    public static int Of(ReadOnlySpan<char> text)
    {
        int width = 0;
        bool escape = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (escape)
            {
                // A control sequence ends with a letter.
                escape = !Rune.IsLetter(rune);
            }
            else if (rune.Value == 0x1b)
            {
                escape = true;
            }
            else
            {
                width += Of(rune);
            }
        }
        return width;
    }

    public static int Of(Rune rune)
    {
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control)
        {
            return 0;
        }
        return IsWide(rune.Value) ? 2 : 1;
    }

    /// <summary>East Asian wide and fullwidth blocks, and emoji.</summary>
    private static bool IsWide(int code) => code is
        (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0x303e) or (>= 0x3041 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3)
        or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6)
        or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd);

    /// <summary>The longest start of <paramref name="text"/> that fits <paramref name="columns"/>.</summary>
    public static string Fit(string text, int columns)
    {
        int width = 0;
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Of(rune);
            if (width > columns)
            {
                return text[..length];
            }
            length += rune.Utf16SequenceLength;
        }
        return text;
    }
}
