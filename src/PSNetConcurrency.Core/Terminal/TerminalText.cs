using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>
/// Makes text from the network fit to be shown: nothing in it drives the terminal, turns the direction of what follows, or
/// hides. Letters of all scripts, accents and emoji stay as they are.
/// </summary>
internal static class TerminalText
{
    // More accents on one letter than any script has, which some terminals draw over the lines around it.
    private const int MostAccents = 8;
    private const int NonJoiner = 0x200c, Joiner = 0x200d;

    /// <summary>The text with its line breaks as '\n', and everything else that is not shown taken out or shown as �.</summary>
    public static string Clean(string text, bool keepTabs = false)
    {
        var clean = new StringBuilder(text.Length);
        int accents = 0;
        bool afterReturn = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool isAccent = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
            accents = isAccent ? accents + 1 : 0;
            if (rune.Value == '\n' && afterReturn)
            {
                afterReturn = false;
                continue;
            }
            afterReturn = rune.Value == '\r';
            if (rune.Value is '\r' or '\n' || category is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                clean.Append('\n');
            }
            else if (rune.Value == '\t')
            {
                clean.Append(keepTabs ? "\t" : "    ");
            }
            else if (category == UnicodeCategory.Control)
            {
                clean.Append('\ufffd');
            }
            else if (isAccent ? accents <= MostAccents : category != UnicodeCategory.Format || rune.Value is Joiner or NonJoiner)
            {
                clean.Append(rune.ToString());
            }
        }
        return clean.ToString();
    }

    /// <summary>The text on one line, for names and the like: line breaks become blanks, and blanks at the ends go.</summary>
    public static string CleanLine(string text) => Clean(text).Replace('\n', ' ').Trim();

    /// <summary>Cuts clean text into rows of so many columns: at its line breaks, between words where it can, never within a character.</summary>
    public static IReadOnlyList<string> Wrap(string text, int columns)
    {
        columns = Math.Max(2, columns);
        var rows = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            string rest = line;
            while (true)
            {
                int fits = CellWidth.FitLength(rest, columns);
                if (fits == rest.Length)
                {
                    rows.Add(rest);
                    break;
                }
                // A character wider than the row stands alone all the same.
                int cut = fits == 0 ? StringInfo.GetNextTextElementLength(rest) : fits;
                int blank = rest[cut] == ' ' ? cut : rest.LastIndexOf(' ', cut - 1);
                if (blank > cut / 2)
                {
                    rows.Add(rest[..blank]);
                    rest = rest[(blank + 1)..];
                }
                else
                {
                    rows.Add(rest[..cut]);
                    rest = rest[cut..];
                }
            }
        }
        return rows;
    }
}
