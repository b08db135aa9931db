using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>
/// How many terminal columns a text takes. Terminals differ about joined emoji: this counts each part, which is the most any
/// takes, so that a row believed to fit does.
/// </summary>
internal static class CellWidth
{
    private const int EmojiStyle = 0xfe0f;

    // First and last code points of what Unicode calls wide or fullwidth, in order; unassigned ones between them included.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115f), (0x231a, 0x231b), (0x2329, 0x232a), (0x23e9, 0x23ec), (0x23f0, 0x23f0), (0x23f3, 0x23f3), (0x25fd, 0x25fe),
        (0x2614, 0x2615), (0x2648, 0x2653), (0x267f, 0x267f), (0x2693, 0x2693), (0x26a1, 0x26a1), (0x26aa, 0x26ab), (0x26bd, 0x26be),
        (0x26c4, 0x26c5), (0x26ce, 0x26ce), (0x26d4, 0x26d4), (0x26ea, 0x26ea), (0x26f2, 0x26f3), (0x26f5, 0x26f5), (0x26fa, 0x26fa),
        (0x26fd, 0x26fd), (0x2705, 0x2705), (0x270a, 0x270b), (0x2728, 0x2728), (0x274c, 0x274c), (0x274e, 0x274e), (0x2753, 0x2755),
        (0x2757, 0x2757), (0x2795, 0x2797), (0x27b0, 0x27b0), (0x27bf, 0x27bf), (0x2b1b, 0x2b1c), (0x2b50, 0x2b50), (0x2b55, 0x2b55),
        (0x2e80, 0x303e), (0x3041, 0x3247), (0x3250, 0x4dbf), (0x4e00, 0xa4cf), (0xa960, 0xa97c), (0xac00, 0xd7a3), (0xf900, 0xfaff),
        (0xfe10, 0xfe19), (0xfe30, 0xfe6f), (0xff01, 0xff60), (0xffe0, 0xffe6), (0x16fe0, 0x18d08), (0x1aff0, 0x1b2fb),
        (0x1f004, 0x1f004), (0x1f0cf, 0x1f0cf), (0x1f18e, 0x1f18e), (0x1f191, 0x1f19a), (0x1f200, 0x1f320), (0x1f32d, 0x1f335),
        (0x1f337, 0x1f37c), (0x1f37e, 0x1f393), (0x1f3a0, 0x1f3ca), (0x1f3cf, 0x1f3d3), (0x1f3e0, 0x1f3f0), (0x1f3f4, 0x1f3f4),
        (0x1f3f8, 0x1f43e), (0x1f440, 0x1f440), (0x1f442, 0x1f4fc), (0x1f4ff, 0x1f53d), (0x1f54b, 0x1f54e), (0x1f550, 0x1f567),
        (0x1f57a, 0x1f57a), (0x1f595, 0x1f596), (0x1f5a4, 0x1f5a4), (0x1f5fb, 0x1f64f), (0x1f680, 0x1f6c5), (0x1f6cc, 0x1f6cc),
        (0x1f6d0, 0x1f6d2), (0x1f6d5, 0x1f6df), (0x1f6eb, 0x1f6ec), (0x1f6f4, 0x1f6fc), (0x1f7e0, 0x1f7f0), (0x1f90c, 0x1f93a),
        (0x1f93c, 0x1f945), (0x1f947, 0x1f9ff), (0x1fa70, 0x1faff), (0x20000, 0x3fffd),
    ];

    public static int Of(ReadOnlySpan<char> text)
    {
        int width = 0;
        int last = 0;
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
            else if (rune.Value == EmojiStyle)
            {
                // Shown as an emoji, what is narrow as text is wide.
                width += last == 1 ? 1 : 0;
                last = 0;
            }
            else
            {
                last = Of(rune);
                width += last;
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
        // The vowels and finals of Hangul that combine with what is before them.
        if (rune.Value is >= 0x1160 and <= 0x11ff)
        {
            return 0;
        }
        return IsWide(rune.Value) ? 2 : 1;
    }

    /// <summary>The longest start of <paramref name="text"/> that fits <paramref name="columns"/>. No character is cut from its accents.</summary>
    public static string Fit(string text, int columns) => text[..FitLength(text, columns)];

    /// <summary>The length of that start.</summary>
    public static int FitLength(ReadOnlySpan<char> text, int columns)
    {
        int width = 0;
        int length = 0;
        while (length < text.Length)
        {
            int next = StringInfo.GetNextTextElementLength(text[length..]);
            width += Of(text.Slice(length, next));
            if (width > columns)
            {
                break;
            }
            length += next;
        }
        return length;
    }

    private static bool IsWide(int code)
    {
        if (code < Wide[0].First)
        {
            return false;
        }
        int low = 0;
        int high = Wide.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (code < Wide[middle].First)
            {
                high = middle - 1;
            }
            else if (code > Wide[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }
        return false;
    }
}
