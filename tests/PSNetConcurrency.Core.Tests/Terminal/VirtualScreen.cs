using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Tests.Terminal;

/// <summary>A small terminal: it does what the escape sequences say that the screen uses, keeps what scrolls away, and knows no others.</summary>
internal sealed class VirtualScreen(int columns, int rows)
{
    private readonly List<string[]> _lines = [new string[columns]];
    private int _top;
    private int _row;
    private int _column;

    public int Columns => columns;

    public int Rows => rows;

    public bool CursorIsShown { get; private set; } = true;

    public bool MarksPastes { get; private set; }

    /// <summary>Every line ever shown, without those below that are blank.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            string[] all = [.. _lines.Select(l => string.Concat(l.Select(c => c ?? " ")).TrimEnd())];
            return all[..(Array.FindLastIndex(all, l => l.Length > 0) + 1)];
        }
    }

    /// <summary>How many of them have scrolled away.</summary>
    public int ScrolledAway => _top;

    /// <summary>The line of the cursor up to it.</summary>
    public string BeforeCursor => string.Concat(_lines[_row].Take(_column).Select(c => c ?? " "));

    public void Write(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            if (text[i] == '\x1b')
            {
                i = Escape(text, i + 2);
                continue;
            }
            int length = StringInfo.GetNextTextElementLength(text, i);
            Show(text.Substring(i, length));
            i += length;
        }
    }

    private void Show(string element)
    {
        if (element is "\r" or "\r\n")
        {
            _column = 0;
        }
        if (element is "\n" or "\r\n")
        {
            Down();
            return;
        }
        if (element == "\r")
        {
            return;
        }
        Assert.False(char.IsControl(element[0]), $"A control character reached the terminal: {(int)element[0]:x}");
        int width = CellWidth.Of(element);
        Assert.True(_column + width < columns, $"A row reaches the edge: {string.Concat(_lines[_row])}{element}");
        _lines[_row][_column] = element;
        for (int i = 1; i < width; i++)
        {
            _lines[_row][_column + i] = "";
        }
        _column += width;
    }

    private void Down()
    {
        _row++;
        if (_row == _lines.Count)
        {
            _lines.Add(new string[columns]);
        }
        _top = Math.Max(_top, _row - rows + 1);
    }

    private int Escape(string text, int i)
    {
        Assert.Equal('[', text[i - 1]);
        var parameters = new StringBuilder();
        while (!char.IsAsciiLetter(text[i]))
        {
            parameters.Append(text[i++]);
        }
        string sequence = parameters.ToString() + text[i];
        switch (sequence)
        {
            case "J":
                Array.Clear(_lines[_row], _column, columns - _column);
                _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                break;
            case "H":
                (_row, _column) = (_top, 0);
                break;
            case "?25l" or "?25h":
                CursorIsShown = text[i] == 'h';
                break;
            case "?2004l" or "?2004h":
                MarksPastes = text[i] == 'h';
                break;
            default:
                if (text[i] == 'A')
                {
                    _row -= int.Parse(parameters.ToString(), CultureInfo.InvariantCulture);
                    Assert.True(_row >= _top, "The cursor left the screen.");
                }
                else
                {
                    Assert.Equal('m', text[i]);
                }
                break;
        }
        return i + 1;
    }
}
