using System.Text;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Charts;

/// <summary>How a chart is drawn as text.</summary>
internal sealed record TextGanttOptions
{
    public const int LeastWidth = 20;

    /// <summary>The columns that no line is wider than.</summary>
    public int Width { get; init; } = 80;

    public bool Color { get; init; }

    /// <summary>Whether nothing but ASCII is written.</summary>
    public bool Ascii { get; init; }
}

/// <summary>Draws a chart as lines of text: title, rows, an axis, and a legend where bars were too short for their labels.</summary>
internal sealed class TextGantt
{
    private const int MostLegendLines = 8;

    private readonly GanttChart _chart;
    private readonly TextGanttOptions _options;
    private readonly int _nameWidth;
    private readonly int _columns;
    private readonly string _more;
    private readonly StringBuilder _text = new();

    private TextGantt(GanttChart chart, TextGanttOptions options)
    {
        (_chart, _options) = (chart, options);
        _more = options.Ascii ? "..." : "…";
        int widest = chart.Rows.Select(r => CellWidth.Of(Shown(r.Name))).DefaultIfEmpty().Max();
        _nameWidth = Math.Min(widest, Math.Max(6, options.Width / 3));
        // A blank behind the name, and a column for the tick at the end of the axis.
        _columns = options.Width - _nameWidth - 2;
    }

    /// <summary>The chart as lines that LF separates.</summary>
    public static string Draw(GanttChart chart, TextGanttOptions options)
    {
        TextGantt drawing = new(chart, options);
        drawing.Write();
        return drawing._text.ToString();
    }

    private string Shown(string text) => _options.Ascii ? Cells.ToAscii(text) : text;

    private string Fit(string text) => Cells.Cut(Shown(text), _options.Width, _more);

    private void Write()
    {
        if (_chart.Title.Length > 0)
        {
            _text.Append(_options.Color ? $"\x1b[1m{Fit(_chart.Title)}\x1b[0m" : Fit(_chart.Title)).Append('\n');
        }
        if (_chart.Rows.Count == 0)
        {
            _text.Append(Fit("(nothing to draw)"));
            return;
        }
        HashSet<int> named = [];
        foreach (GanttRow row in _chart.Rows)
        {
            int begin = _text.Length;
            _text.Append(Cells.Pad(row.Continues ? "" : Cells.Cut(Shown(row.Name), _nameWidth, _more), _nameWidth)).Append(' ');
            TextCells.Write(_text, TextRow.Draw(_chart, row, _options, _columns, named), _options.Color);
            // A name alone needs no blanks behind it.
            while (_text.Length > begin && _text[^1] == ' ')
            {
                _text.Length--;
            }
            _text.Append('\n');
        }
        WriteAxis();
        WriteLegend(named);
        if (_chart.Omission is { } omission)
        {
            foreach (string line in TerminalText.Wrap(omission, _options.Width))
            {
                _text.Append('\n').Append(line);
            }
        }
    }

    private void WriteAxis()
    {
        (double step, IReadOnlyList<double> ticks) = Ticks();
        char[] line = new char[_columns + 1];
        Array.Fill(line, _options.Ascii ? '-' : '─');
        StringBuilder labels = new();
        int column = 0;
        for (int i = 0; i < ticks.Count; i++)
        {
            int at = (int)_chart.Axis.Place(ticks[i], _columns);
            line[at] = _options.Ascii ? '+' : '┬';
            string label = TimeAxis.Format(ticks[i], step);
            int middle = label.Length / 2;
            label = Fit(i == ticks.Count - 1 ? _chart.Axis.WithUnit(label) : label);
            int width = CellWidth.Of(label);
            int start = Math.Clamp(_nameWidth + 1 + at - middle, 0, _options.Width - width);
            if (column == 0 || start > column)
            {
                labels.Append(' ', start - column).Append(label);
                column = start + width;
            }
        }
        _text.Append(' ', _nameWidth + 1).Append(line).Append('\n');
        _text.Append(labels);
    }

    /// <summary>As many ticks as their labels leave room for.</summary>
    private (double Step, IReadOnlyList<double> Ticks) Ticks()
    {
        for (int most = Math.Max(1, _columns / 5); ; most--)
        {
            double step = _chart.Axis.Step(most);
            IReadOnlyList<double> ticks = _chart.Axis.Ticks(step);
            int widest = ticks.Select(t => CellWidth.Of(_chart.Axis.WithUnit(TimeAxis.Format(t, step)))).DefaultIfEmpty().Max();
            if (most <= 1 || step / _chart.Axis.Range * _columns >= (1.5 * widest) + 1)
            {
                return (step, ticks);
            }
        }
    }

    private void WriteLegend(HashSet<int> named)
    {
        List<int> keys = _chart.NamesItself ? [] : [.. Enumerable.Range(0, _chart.Keys.Count)];
        if (_chart.NamesItself || (keys.TrueForAll(named.Contains) && (!_chart.HasOverhead || named.Contains(GanttChart.Overhead))))
        {
            return;
        }
        if (_chart.HasOverhead)
        {
            keys.Add(GanttChart.Overhead);
        }
        int column = 0, lines = 1;
        _text.Append('\n');
        for (int i = 0; i < keys.Count; i++)
        {
            string name = keys[i] == GanttChart.Overhead ? "overhead" : Cells.Cut(Shown(_chart.Keys[keys[i]]), Math.Min(40, _options.Width - 2), _more);
            int width = 2 + CellWidth.Of(name);
            if (column > 0 && column + 2 + width > _options.Width)
            {
                _text.Append('\n');
                (column, lines) = (0, lines + 1);
                if (lines > MostLegendLines)
                {
                    _text.Append(Fit(FormattableString.Invariant($"{_more} and {keys.Count - i} more")));
                    return;
                }
            }
            _text.Append(column > 0 ? "  " : "");
            TextCells.Write(_text, [TextRow.Solid(keys[i], _chart, _options)], _options.Color);
            _text.Append(' ').Append(name);
            column += (column > 0 ? 2 : 0) + width;
        }
    }
}
