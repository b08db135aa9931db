using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>The rows that a line under edit takes on the screen, and where the cursor is in them.</summary>
/// <param name="Rows">The rows, without the prompt that stands before the first.</param>
/// <param name="CursorRow">The row of the cursor.</param>
/// <param name="CursorOffset">How much of that row's text is before the cursor.</param>
internal sealed record InputLayout(IReadOnlyList<string> Rows, int CursorRow, int CursorOffset)
{
    /// <summary>Lays out text with its cursor on rows of so many columns, of which the prompt takes some on the first.</summary>
    public static InputLayout Of(string text, int cursor, int promptColumns, int columns)
    {
        var rows = new List<string>();
        var row = new StringBuilder();
        int left = columns - promptColumns;
        int cursorRow = 0;
        int cursorOffset = 0;
        int next;
        for (int i = 0; i < text.Length; i += next)
        {
            next = StringInfo.GetNextTextElementLength(text, i);
            string shown = Shown(text.AsSpan(i, next));
            int width = CellWidth.Of(shown);
            if (width > left && (row.Length > 0 || rows.Count == 0))
            {
                EndRow();
            }
            if (cursor >= i && cursor < i + next)
            {
                (cursorRow, cursorOffset) = (rows.Count, row.Length);
            }
            row.Append(shown);
            left -= width;
            if (text[i + next - 1] == '\n')
            {
                EndRow();
            }
        }
        if (cursor >= text.Length)
        {
            if (left <= 0)
            {
                EndRow();
            }
            (cursorRow, cursorOffset) = (rows.Count, row.Length);
        }
        rows.Add(row.ToString());
        return new InputLayout(rows, cursorRow, cursorOffset);

        void EndRow()
        {
            rows.Add(row.ToString());
            row.Clear();
            left = columns;
        }
    }

    /// <summary>The part of the rows with the cursor in it, where there are more than the screen has room for.</summary>
    public InputLayout Around(int mostRows)
    {
        int first = Math.Clamp(CursorRow - mostRows + 1, 0, Math.Max(0, Rows.Count - mostRows));
        return new InputLayout(Rows.Skip(first).Take(mostRows).ToArray(), CursorRow - first, CursorOffset);
    }

    private static string Shown(ReadOnlySpan<char> element) => element[^1] switch
    {
        '\n' => "\u23ce",
        '\t' => " ",
        _ when char.IsControl(element[0]) => "?",
        _ => element.ToString(),
    };
}
