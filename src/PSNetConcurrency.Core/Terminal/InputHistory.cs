namespace PSNetConcurrency.Core.Terminal;

/// <summary>The lines entered, for Up and Down; the unfinished one waits behind them.</summary>
internal sealed class InputHistory
{
    private const int MostKept = 1000;

    private readonly List<string> _lines = [];
    private int _index;
    private string _unfinished = "";

    /// <summary>Keeps a line, unless it is blank or the last one again, and goes back behind the last.</summary>
    public void Add(string line)
    {
        if (!string.IsNullOrWhiteSpace(line) && (_lines.Count == 0 || _lines[^1] != line))
        {
            _lines.Add(line);
            if (_lines.Count > MostKept)
            {
                _lines.RemoveAt(0);
            }
        }
        Rewind();
    }

    /// <summary>A new line begins.</summary>
    public void Rewind() => _index = _lines.Count;

    /// <summary>Puts the line so many steps later (or, below 0, earlier) into the buffer, where there is one.</summary>
    public void Recall(EditBuffer buffer, int step)
    {
        int wanted = _index + step;
        if (wanted < 0 || wanted > _lines.Count)
        {
            return;
        }
        if (_index == _lines.Count)
        {
            _unfinished = buffer.Text;
        }
        _index = wanted;
        buffer.Set(wanted == _lines.Count ? _unfinished : _lines[wanted]);
    }
}
