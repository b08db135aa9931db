using System.Text;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>What stands at the bottom.</summary>
/// <param name="Pending">Lines that are not yet ready to stay; each must fit the width.</param>
/// <param name="Status">A line about how things are.</param>
/// <param name="Prompt">What stands before the line that the person types.</param>
/// <param name="Text">That line.</param>
/// <param name="Cursor">Where in it the cursor is.</param>
internal sealed record RegionContent(IReadOnlyList<string> Pending, string Status, string Prompt, string Text, int Cursor);

/// <summary>
/// A few rows below everything else that are drawn anew in place, while lines that stay are written above them. The
/// terminal scrolls as ever, so that its scrollback keeps what was written; no more of the screen is taken.
/// </summary>
/// <remarks>
/// No row reaches the last column, so none is wrapped by the terminal. The cursor is put by writing the row's text up to it
/// again: right also where the terminal and <see cref="CellWidth"/> think differently of a character.
/// </remarks>
internal sealed class LiveRegion(ITerminal terminal, bool color)
{
    private const string HideCursor = "\x1b[?25l", ShowCursor = "\x1b[?25h", EraseBelow = "\x1b[J", Home = "\x1b[H", ResetStyle = "\x1b[0m";

    // The widths of the rows before the cursor's, and the width before the cursor in its own.
    private readonly List<int> _widthsBefore = [];
    private int _cursorColumn;

    /// <summary>How many columns a row may take.</summary>
    public int Width => Math.Max(10, terminal.Columns - 1);

    /// <summary>Writes lines above the region and draws it; each must fit the width.</summary>
    public void Draw(RegionContent content, IEnumerable<string>? above = null)
    {
        var frame = new StringBuilder(HideCursor);
        Erase(frame);
        foreach (string line in above ?? [])
        {
            frame.Append(line).Append("\r\n");
        }
        Append(frame, content);
        terminal.Write(frame.Append(ShowCursor).ToString());
    }

    /// <summary>Scrolls everything away, into the scrollback; the region is to be drawn at the top.</summary>
    public void ScrollAway()
    {
        var frame = new StringBuilder();
        Erase(frame);
        frame.Insert(frame.Length, "\r\n", terminal.Rows).Append(Home).Append(EraseBelow);
        Forget();
        terminal.Write(frame.ToString());
    }

    /// <summary>Something else wrote meanwhile: the region is to be drawn where the cursor is now.</summary>
    public void Forget()
    {
        _widthsBefore.Clear();
        _cursorColumn = 0;
    }

    /// <summary>Takes the region away, after lines that stay, and leaves the terminal as it was.</summary>
    public void Close(IEnumerable<string>? above = null)
    {
        var frame = new StringBuilder();
        Erase(frame);
        foreach (string line in above ?? [])
        {
            frame.Append(line).Append("\r\n");
        }
        Forget();
        terminal.Write(frame.Append(ResetStyle).Append(ShowCursor).ToString());
    }

    private void Erase(StringBuilder frame)
    {
        // Where the terminal became narrower it has wrapped the rows.
        int columns = Math.Max(1, terminal.Columns);
        int up = _widthsBefore.Sum(w => Math.Max(1, (w + columns - 1) / columns)) + (_cursorColumn / columns);
        AppendUp(frame, up);
        frame.Append('\r').Append(EraseBelow);
    }

    private void Append(StringBuilder frame, RegionContent content)
    {
        int width = Width;
        string prompt = CellWidth.Fit(content.Prompt, width / 2);
        int promptColumns = CellWidth.Of(prompt);
        InputLayout all = InputLayout.Of(content.Text, content.Cursor, promptColumns, width);
        InputLayout input = all.Around(Math.Max(1, terminal.Rows - 2 - content.Pending.Count));
        // The first row may be above what is shown.
        bool hasPrompt = input.CursorRow == all.CursorRow;
        string[] rows = input.Rows.Select((row, i) => i == 0 && hasPrompt ? prompt + row : row).ToArray();
        string status = CellWidth.Fit(content.Status, width);
        foreach (string pending in content.Pending)
        {
            frame.Append(pending).Append("\r\n");
        }
        frame.Append(color ? $"\x1b[7m{status}{ResetStyle}" : status);
        foreach (string row in rows)
        {
            frame.Append("\r\n").Append(row);
        }
        AppendUp(frame, rows.Length - 1 - input.CursorRow);
        string before = rows[input.CursorRow][..(input.CursorOffset + (input.CursorRow == 0 && hasPrompt ? prompt.Length : 0))];
        frame.Append('\r').Append(before);
        _widthsBefore.Clear();
        _widthsBefore.AddRange(content.Pending.Select(p => CellWidth.Of(p)));
        _widthsBefore.Add(CellWidth.Of(status));
        _widthsBefore.AddRange(rows.Take(input.CursorRow).Select(r => CellWidth.Of(r)));
        _cursorColumn = CellWidth.Of(before);
    }

    private static void AppendUp(StringBuilder frame, int rows)
    {
        if (rows > 0)
        {
            frame.Append("\x1b[").Append(rows).Append('A');
        }
    }
}
