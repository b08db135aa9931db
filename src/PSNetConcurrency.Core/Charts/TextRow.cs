using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Charts;

/// <summary>Draws the bars of one row into cells: in eighths of a cell where colours or a row of one kind of bar allow it.</summary>
internal sealed class TextRow
{
    private const string Blocks = " ▏▎▍▌▋▊▉█";
    private const string Fills = "█▓▒░▚▤▥▦▧▨▩abcdefghijklmnopqrstuvwxyz", AsciiFills = "#=*+%o@x:&abcdefghijklmnpqrstuvwyz";
    // Dark enough for the overhead's stripes to be seen on it.
    private const int OverheadBackground = 238;

    private readonly GanttChart _chart;
    private readonly GanttRow _row;
    private readonly TextGanttOptions _options;
    private readonly TextCell[] _cells;
    private readonly int _perCell;
    private readonly string _moment;

    private TextRow(GanttChart chart, GanttRow row, TextGanttOptions options, int columns)
    {
        (_chart, _row, _options) = (chart, row, options);
        _moment = options.Ascii ? "|" : "◆";
        _cells = new TextCell[columns];
        Array.Fill(_cells, TextCell.Blank);
        _perCell = options.Ascii || (!options.Color && !chart.NamesItself) ? 1 : 8;
    }

    /// <summary>The cells of a row; keys whose label stands in full in a bar are added to <paramref name="named"/>.</summary>
    public static TextCell[] Draw(GanttChart chart, GanttRow row, TextGanttOptions options, int columns, HashSet<int> named)
    {
        TextRow drawing = new(chart, row, options, columns);
        drawing.Fill();
        drawing.MarkMoments();
        drawing.Label(named);
        return drawing._cells;
    }

    /// <summary>What a cell that is wholly a key's looks like, in rows and in the legend.</summary>
    public static TextCell Solid(int key, GanttChart chart, TextGanttOptions options)
    {
        if (key == GanttChart.Overhead)
        {
            return new TextCell(options.Ascii ? "/" : "╱", options.Color ? Palette.Overhead.Terminal : -1, options.Color ? OverheadBackground : -1);
        }
        if (options.Color)
        {
            return new TextCell(" ", -1, Palette.Of(key).Terminal);
        }
        string fills = options.Ascii ? AsciiFills : Fills;
        return new TextCell(fills[chart.NamesItself ? 0 : key % fills.Length].ToString());
    }

    private void Fill()
    {
        int[] slots = SlotCoverage.Of(_chart, _row.Bars, _cells.Length * _perCell);
        for (int i = 0; i < _cells.Length; i++)
        {
            ReadOnlySpan<int> cell = slots.AsSpan(i * _perCell, _perCell);
            (int left, int right, int eighths) = Halves(cell);
            if (left != SlotCoverage.Empty || right != SlotCoverage.Empty)
            {
                _cells[i] = left == right ? Solid(left, _chart, _options) : Parted(left, right, eighths);
            }
        }
    }

    /// <summary>What a cell shows of its slots: at most two keys, one left and one right, and how many eighths the left one has.</summary>
    private static (int Left, int Right, int Eighths) Halves(ReadOnlySpan<int> cell)
    {
        (int Key, int Length) left = (cell[0], 0), right = (cell[0], 0);
        for (int i = 0, begin = 0; i < cell.Length; i++)
        {
            if (i + 1 < cell.Length && cell[i + 1] == cell[i])
            {
                continue;
            }
            (int Key, int Length) run = (cell[i], i + 1 - begin);
            begin = i + 1;
            if (left.Length == 0 || right.Length == 0)
            {
                (left, right) = left.Length == 0 ? (run, right) : (left, run);
            }
            else if (Weight(left) <= Weight(right) && Weight(left) <= Weight(run))
            {
                (left, right) = (right, run);
            }
            else if (Weight(right) <= Weight(run))
            {
                right = run;
            }
        }
        return right.Length == 0 || left.Key == right.Key ? (left.Key, left.Key, 8) : (left.Key, right.Key, Math.Clamp((int)Math.Round(8.0 * left.Length / (left.Length + right.Length)), 1, 7));
    }

    // Of what does not find room, nothing is given up before something.
    private static int Weight((int Key, int Length) run) => run.Key == SlotCoverage.Empty ? run.Length : 100 + run.Length;

    private TextCell Parted(int left, int right, int eighths)
    {
        string block = Blocks[eighths].ToString();
        if (_options.Color)
        {
            return left == SlotCoverage.Empty ? new TextCell(block, Tint(right), -1, IsReversed: true) : new TextCell(block, Tint(left), Tint(right));
        }
        // Without colours, and in eighths: bars of one kind, and nothing. There are only two blocks that fill the right of a cell.
        return right == SlotCoverage.Empty ? new TextCell(block) : new TextCell((8 - eighths) switch { >= 6 => "█", >= 3 => "▐", _ => "▕" });
    }

    private static int Tint(int key) => key switch { SlotCoverage.Empty => -1, GanttChart.Overhead => OverheadBackground, _ => Palette.Of(key).Terminal };

    private void MarkMoments()
    {
        foreach (GanttBar bar in _row.Bars)
        {
            if (_chart.IsMoment(bar))
            {
                int at = Math.Min(_cells.Length - 1, (int)_chart.Axis.Place(bar.Start, _cells.Length));
                // On its own colour it would not be seen.
                _cells[at] = new TextCell(_moment, _options.Color && _cells[at].Background == -1 ? Palette.Of(bar.Key).Terminal : -1, -1);
            }
        }
    }

    private void Label(HashSet<int> named)
    {
        foreach (GanttBar bar in _row.Bars)
        {
            if (_chart.IsMoment(bar))
            {
                continue;
            }
            (int first, int end) = Extent(bar);
            while (first < end && IsMoment(first))
            {
                first++;
            }
            while (first < end && IsMoment(end - 1))
            {
                end--;
            }
            if (end - first < 2)
            {
                continue;
            }
            string text = _chart.TextOf(_row, bar);
            text = _options.Ascii ? Cells.ToAscii(text) : text;
            int width = CellWidth.Of(text);
            bool hasPadding = !_options.Color && end - first >= width + 4;
            if (width == 0 || end - first < width + (_options.Color ? 0 : 1) || Enumerable.Range(first, end - first).Any(IsMoment))
            {
                continue;
            }
            int at = !_options.Color && !hasPadding ? first : first + ((end - first - width) / 2);
            if (hasPadding)
            {
                TextCells.Put(_cells, at - 1, $" {text} ", -1);
            }
            else
            {
                TextCells.Put(_cells, at, text, !_options.Color ? -1 : bar.Key == GanttChart.Overhead ? 255 : Palette.Of(bar.Key).TakesBlack ? 16 : 231);
            }
            named.Add(bar.Key);
        }
    }

    /// <summary>The cells that are wholly the bar's.</summary>
    private (int First, int End) Extent(in GanttBar bar)
    {
        int slots = _cells.Length * _perCell;
        (int first, int end) = SlotCoverage.Span(_chart.Axis.Place(bar.Start, slots), _chart.Axis.Place(bar.End, slots));
        return ((first + _perCell - 1) / _perCell, Math.Min(end, slots) / _perCell);
    }

    private bool IsMoment(int cell) => _cells[cell].Text == _moment;
}
