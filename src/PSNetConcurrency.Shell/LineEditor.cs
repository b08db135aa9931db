using System.Text;

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
internal sealed class LineEditor(List<string>? history = null, CompletionCycle? completion = null)
{
    private readonly EditBuffer _buffer = new();
    private int _startColumn;
    private int _cursorRow;
    private int _historyIndex;
    private string _unfinished = "";

    public EditResult Read(out string line)
    {
        using var raw = new RawKeys();
        _buffer.Set("");
        _startColumn = Console.CursorLeft;
        _cursorRow = 0;
        _historyIndex = history?.Count ?? 0;
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
            case ConsoleKey.LeftArrow when control:
                _buffer.WordLeft();
                break;
            case ConsoleKey.RightArrow when control:
                _buffer.WordRight();
                break;
            case ConsoleKey.LeftArrow:
                _buffer.Left();
                break;
            case ConsoleKey.RightArrow:
                _buffer.Right();
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                _buffer.MoveTo(0);
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                _buffer.MoveTo(_buffer.Length);
                break;
            case ConsoleKey.W when control:
            case ConsoleKey.Backspace when control:
                _buffer.DeleteWordBefore();
                break;
            case ConsoleKey.Backspace:
            case ConsoleKey.H when control:
                _buffer.Backspace();
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when control:
                _buffer.Delete();
                break;
            case ConsoleKey.U when control:
                _buffer.DeleteToStart();
                break;
            case ConsoleKey.K when control:
                _buffer.DeleteToEnd();
                break;
            case ConsoleKey.Escape:
                _buffer.Set("");
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                Recall(-1);
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                Recall(1);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    _buffer.Insert(key.KeyChar);
                }
                break;
        }
    }

    private void Recall(int step)
    {
        int count = history?.Count ?? 0;
        int wanted = _historyIndex + step;
        if (wanted < 0 || wanted > count)
        {
            return;
        }
        if (_historyIndex == count)
        {
            _unfinished = _buffer.Text;
        }
        _historyIndex = wanted;
        _buffer.Set(wanted == count ? _unfinished : history![wanted]);
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
