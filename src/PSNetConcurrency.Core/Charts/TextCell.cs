using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Charts;

/// <summary>A cell of the terminal: what is in it, and its colours of xterm's 256 (-1: the terminal's own).</summary>
internal readonly record struct TextCell(string Text, int Foreground = -1, int Background = -1, bool IsReversed = false)
{
    public static TextCell Blank { get; } = new(" ");
}

/// <summary>A line of cells, written with as few escape sequences as it takes.</summary>
internal static class TextCells
{
    /// <summary>Puts a text over cells, each character in as many as it takes; their background stays.</summary>
    public static void Put(TextCell[] cells, int at, string text, int foreground)
    {
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            string element = elements.GetTextElement();
            int width = CellWidth.Of(element);
            if (width == 0)
            {
                continue;
            }
            for (int i = 0; i < width; i++)
            {
                cells[at + i] = new TextCell(i == 0 ? element : "", foreground, cells[at].Background);
            }
            at += width;
        }
    }

    /// <summary>Writes them without the blanks at the end.</summary>
    public static void Write(StringBuilder line, ReadOnlySpan<TextCell> cells, bool color)
    {
        int length = cells.Length;
        while (length > 0 && cells[length - 1] == TextCell.Blank)
        {
            length--;
        }
        TextCell now = TextCell.Blank;
        foreach (TextCell cell in cells[..length])
        {
            if (color)
            {
                // A blank has no foreground to change.
                TextCell next = cell == new TextCell(" ", -1, now.Background) && !now.IsReversed ? now : cell;
                Change(line, now, next);
                now = next;
            }
            line.Append(cell.Text);
        }
        Change(line, now, TextCell.Blank);
    }

    private static void Change(StringBuilder line, TextCell now, TextCell next)
    {
        bool isLess = (now.Background >= 0 && next.Background < 0) || (now.Foreground >= 0 && next.Foreground < 0) || (now.IsReversed && !next.IsReversed);
        if (isLess)
        {
            line.Append("\x1b[0m");
            now = TextCell.Blank;
        }
        line.Append(next.IsReversed && !now.IsReversed ? "\x1b[7m" : "");
        Color(line, "38", now.Foreground, next.Foreground);
        Color(line, "48", now.Background, next.Background);
    }

    private static void Color(StringBuilder line, string which, int now, int next)
    {
        if (now != next)
        {
            line.Append(CultureInfo.InvariantCulture, $"\x1b[{which};5;{next}m");
        }
    }
}
