using System.Diagnostics;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Shell;

/// <summary>
/// Progress as a line an activity, below whatever was written last, on a terminal only. Other output takes it away first
/// and it comes back with the next record.
/// </summary>
internal sealed class ProgressDisplay
{
    private const int MostLines = 5;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<(long Source, ProgressRecord Record)> _activities = [];
    private long _drawnAt;
    private bool _visible;
    private bool _midLine;

    /// <summary>Takes a record in, and draws when it is time.</summary>
    public void Update(long source, ProgressRecord record)
    {
        if (!Terminal.OutputIsTerminal)
        {
            return;
        }
        lock (_lock)
        {
            int known = _activities.FindIndex(a => a.Source == source && a.Record.ActivityId == record.ActivityId);
            if (record.RecordType == ProgressRecordType.Completed)
            {
                if (known >= 0)
                {
                    _activities.RemoveAt(known);
                    Draw();
                }
                return;
            }
            if (known >= 0)
            {
                _activities[known] = (source, record);
            }
            else
            {
                _activities.Insert(PositionFor(record), (source, record));
            }
            if (!_visible || Stopwatch.GetElapsedTime(_drawnAt) >= s_pace)
            {
                Draw();
            }
        }
    }

    /// <summary>Writes ordinary output, out of the way of the progress.</summary>
    public void Write(string text)
    {
        lock (_lock)
        {
            Erase();
            Console.Out.Write(text);
            if (text.Length > 0)
            {
                _midLine = text[^1] != '\n';
            }
        }
    }

    /// <summary>Writes a line to the error stream, out of the way of the progress.</summary>
    public void WriteErrorLine(string text)
    {
        lock (_lock)
        {
            Erase();
            Console.Error.WriteLine(text);
        }
    }

    /// <summary>Somebody else ended the line: Enter at a prompt.</summary>
    public void LineEnded()
    {
        lock (_lock)
        {
            _midLine = false;
        }
    }

    /// <summary>Forgets all activities and clears their lines.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _activities.Clear();
            Erase();
        }
    }

    private int PositionFor(ProgressRecord record)
    {
        int parent = _activities.FindIndex(a => a.Record.ActivityId == record.ParentActivityId);
        return parent < 0 ? _activities.Count : parent + 1;
    }

    private void Draw()
    {
        if (_midLine)
        {
            return;
        }
        if (_activities.Count == 0)
        {
            Erase();
            return;
        }
        int columns = Terminal.Columns - 1;
        List<string> lines = [.. _activities.TakeLast(MostLines).Select(a => Line(a.Record, columns))];
        var text = new StringBuilder("\r\x1b[J");
        text.AppendJoin(Environment.NewLine, lines);
        if (lines.Count > 1)
        {
            text.Append("\x1b[").Append(lines.Count - 1).Append('A');
        }
        text.Append('\r');
        Console.Out.Write(text);
        _visible = true;
        _drawnAt = Stopwatch.GetTimestamp();
    }

    private void Erase()
    {
        if (_visible)
        {
            Console.Out.Write("\r\x1b[J");
            _visible = false;
        }
    }

    /// <summary>One activity: its name, then its status on a bar that is filled as far as the work is.</summary>
    private static string Line(ProgressRecord record, int columns)
    {
        PSStyle style = PSStyle.Instance;
        int most = Math.Min(columns, style.Progress.MaxWidth > 0 ? style.Progress.MaxWidth : columns);
        string indent = record.ParentActivityId >= 0 ? "  " : "";
        string name = CellWidth.Fit(OneLine(record.Activity), Math.Max(1, most / 2));
        string status = OneLine(record.StatusDescription);
        if (!string.IsNullOrEmpty(record.CurrentOperation))
        {
            status += " " + OneLine(record.CurrentOperation);
        }
        if (record.SecondsRemaining >= 0)
        {
            status += $" {TimeSpan.FromSeconds(record.SecondsRemaining):c}";
        }
        int room = most - indent.Length - CellWidth.Of(name) - 3;
        if (room < 1)
        {
            return indent + name;
        }
        status = CellWidth.Fit(status, room);
        if (record.PercentComplete < 0)
        {
            return $"{indent}{Colour(style.Progress.Style)}{name} [{status}]{Colour(style.Reset)}";
        }
        int filledColumns = room * Math.Min(record.PercentComplete, 100) / 100;
        status += new string(' ', room - CellWidth.Of(status));
        string filled = CellWidth.Fit(status, filledColumns);
        string rest = status[filled.Length..];
        // A bar needs reverse video; without colours the percentage says it.
        return style.OutputRendering == OutputRendering.PlainText
            ? CellWidth.Fit($"{indent}{name} [{record.PercentComplete}% {status.TrimEnd()}", columns - 1) + "]"
            : $"{indent}{style.Progress.Style}{name} [{style.Reverse}{filled}{style.ReverseOff}{rest}]{style.Reset}";
    }

    private static string Colour(string escape) =>
        PSStyle.Instance.OutputRendering == OutputRendering.PlainText ? "" : escape;

    private static string OneLine(string? text) => (text ?? "").ReplaceLineEndings(" ");
}
