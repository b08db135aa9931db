namespace PSNetConcurrency.Core.Terminal;

/// <summary>What a key meant to the one who reads lines.</summary>
internal enum EditOutcome
{
    /// <summary>The line goes on.</summary>
    None,

    /// <summary>Enter: the line is to be taken.</summary>
    Line,

    /// <summary>Ctrl+D on an empty line.</summary>
    EndOfInput,

    /// <summary>Ctrl+L: show everything anew.</summary>
    Refresh,
}

/// <summary>What Tab may put in place of the text from <paramref name="Start"/> to the cursor.</summary>
internal sealed record Completion(int Start, IReadOnlyList<string> Candidates)
{
    public static readonly Completion None = new(0, []);
}

/// <summary>A line under edit with its history and completion. Knows no terminal.</summary>
internal sealed class PromptEditor(Func<string, Completion> complete)
{
    private readonly EditBuffer _buffer = new();
    private readonly InputHistory _history = new();
    private Completion? _completion;
    private string _completed = "";
    private string _behind = "";
    private int _candidate;

    public string Text => _buffer.Text;

    public int Cursor => _buffer.Cursor;

    /// <summary>What Tab goes through now; empty when the last key was another.</summary>
    public IReadOnlyList<string> Candidates => _completion?.Candidates ?? [];

    /// <summary>Pasted text stands in the line as it is, line breaks included: it is sent with Enter, as one.</summary>
    public void Paste(string text)
    {
        _completion = null;
        _buffer.Insert(TerminalText.Clean(text, keepTabs: true).TrimEnd('\n'));
    }

    public EditOutcome Apply(ConsoleKeyInfo key, out string line)
    {
        line = "";
        if (key.Key == ConsoleKey.Tab)
        {
            Complete(backwards: key.Modifiers.HasFlag(ConsoleModifiers.Shift));
            return EditOutcome.None;
        }
        _completion = null;
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.Enter when key.Modifiers.HasFlag(ConsoleModifiers.Alt):
                _buffer.Insert('\n');
                break;
            case ConsoleKey.Enter:
            case ConsoleKey.J when control:
                line = _buffer.Text;
                _history.Add(line);
                _buffer.Set("");
                return EditOutcome.Line;
            case ConsoleKey.D when control && _buffer.Length == 0:
                return EditOutcome.EndOfInput;
            case ConsoleKey.L when control:
                return EditOutcome.Refresh;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                _history.Recall(_buffer, -1);
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                _history.Recall(_buffer, 1);
                break;
            default:
                EditKeys.Apply(_buffer, key);
                break;
        }
        return EditOutcome.None;
    }

    /// <summary>Each Tab puts the next candidate in place, Shift+Tab the one before.</summary>
    private void Complete(bool backwards)
    {
        if (_completion is null)
        {
            string before = _buffer.Text[.._buffer.Cursor];
            Completion found = complete(before);
            if (found.Candidates.Count == 0)
            {
                return;
            }
            _completion = found;
            _completed = before[..found.Start];
            _behind = _buffer.Text[_buffer.Cursor..];
            _candidate = backwards ? found.Candidates.Count - 1 : 0;
        }
        else
        {
            int count = _completion.Candidates.Count;
            _candidate = (_candidate + (backwards ? count - 1 : 1)) % count;
        }
        string text = _completed + _completion.Candidates[_candidate];
        _buffer.Set(text + _behind, text.Length);
        if (_completion.Candidates.Count == 1)
        {
            // Nothing to go through: the next Tab completes what follows, such as the files in a folder.
            _completion = null;
        }
    }
}
