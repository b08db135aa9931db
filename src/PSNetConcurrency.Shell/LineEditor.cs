using System.Text;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Shell;

/// <summary>How a line ended.</summary>
internal enum EditResult
{
    /// <summary>Enter.</summary>
    Line,

    /// <summary>Ctrl+C.</summary>
    Cancelled,

    /// <summary>Ctrl+D on an empty line.</summary>
    EndOfInput,
}

/// <summary>Edits one line on a terminal, behind a prompt that stands there already.</summary>
internal sealed class LineEditor(InputHistory? history = null, CompletionCycle? completion = null)
{
    private readonly EditBuffer _buffer = new();
    private int _startColumn;
    private int _cursorRow;

    public EditResult Read(out string line)
    {
        using var raw = new RawKeys();
        _buffer.Set("");
        _startColumn = Console.CursorLeft;
        _cursorRow = 0;
        history?.Rewind();
        completion?.Forget();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (Ends(key) is { } result)
            {
                _buffer.MoveTo(_buffer.Length);
                Draw();
                Console.Out.WriteLine(result == EditResult.Cancelled ? "^C" : "");
                line = _buffer.Text;
                return result;
            }
            if (key.Key == ConsoleKey.Tab)
            {
                completion?.Step(_buffer, backwards: key.Modifiers.HasFlag(ConsoleModifiers.Shift));
            }
            else
            {
                completion?.Forget();
                Apply(key);
            }
            // A paste arrives as many keys: draw once.
            if (!Console.KeyAvailable)
            {
                Draw();
            }
        }
    }

    private EditResult? Ends(ConsoleKeyInfo key) => key switch
    {
        { Key: ConsoleKey.Enter } => EditResult.Line,
        { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control } => EditResult.Cancelled,
        { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when _buffer.Length == 0 => EditResult.EndOfInput,
        _ => null,
    };

    private void Apply(ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                history?.Recall(_buffer, -1);
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                history?.Recall(_buffer, 1);
                break;
            default:
                EditKeys.Apply(_buffer, key);
                break;
        }
    }

    /// <summary>Draws the whole line again: back to its start, clear, write, and to the cursor.</summary>
    private void Draw()
    {
        int columns = Terminal.Columns;
        string text = _buffer.Text;
        var output = new StringBuilder();
        AppendMove(output, 'A', _cursorRow);
        output.Append('\r');
        AppendMove(output, 'C', _startColumn);
        output.Append("\x1b[J").Append(text.ReplaceLineEndings(" "));
        int end = _startColumn + CellWidth.Of(text.ReplaceLineEndings(" "));
        if (end % columns == 0 && text.Length > 0)
        {
            // The terminal waits at the edge of a full row: step over it.
            output.Append(" \r");
        }
        int target = _startColumn + CellWidth.Of(text[.._buffer.Cursor].ReplaceLineEndings(" "));
        AppendMove(output, 'A', (end / columns) - (target / columns));
        output.Append('\r');
        AppendMove(output, 'C', target % columns);
        Console.Out.Write(output);
        _cursorRow = target / columns;
    }

    private static void AppendMove(StringBuilder output, char direction, int count)
    {
        if (count > 0)
        {
            output.Append("\x1b[").Append(count).Append(direction);
        }
    }
}
