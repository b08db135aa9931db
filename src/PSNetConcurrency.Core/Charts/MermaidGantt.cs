using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PSNetConcurrency.Core.Charts;

/// <summary>
/// Draws a chart as the text of a Mermaid gantt diagram (https://mermaid.js.org/syntax/gantt.html). Its times are whole numbers, which
/// Mermaid takes as milliseconds and shows as they are. Mermaid refuses texts of more than 50000 characters: of many bars, those
/// that are short are merged, and rows that find no room are told in the title.
/// </summary>
internal static partial class MermaidGantt
{
    /// <summary>The longest text that is written.</summary>
    public const int MostCharacters = 49000;

    private const int MostBars = 400, LongestName = 60;

    public static string Draw(GanttChart chart)
    {
        bool isFine = chart.Axis.Range >= 200 || chart.Rows.TrueForAll(r => r.Bars.TrueForAll(b => IsWhole(b.Start) && IsWhole(b.End)));
        (double factor, string unit) = isFine ? (1, chart.Axis.Unit) : (1000, Thousandth(chart.Axis.Unit));
        // It knows no time before its beginning.
        double origin = Math.Min(0, chart.Axis.Begin);
        long At(double time) => (long)Math.Round((time - origin) * factor);
        StringBuilder body = new();
        int drawn = 0;
        for (int i = 0; i < chart.Rows.Count; i++)
        {
            GanttRow row = chart.Rows[i];
            int begin = body.Length;
            if (!row.Continues)
            {
                body.Append(CultureInfo.InvariantCulture, $"    section {Word(row.Name)}\n");
            }
            foreach (GanttBar bar in chart.SegmentCount > MostBars ? Merged(chart, row) : row.Bars)
            {
                string kind = (bar.Key == GanttChart.Overhead ? "crit, " : "") + (bar.End <= bar.Start ? "milestone, " : "");
                body.Append(CultureInfo.InvariantCulture, $"    {Word(chart.LabelOf(bar))} :{kind}{At(bar.Start)}, {At(bar.End)}\n");
            }
            if (body.Length > MostCharacters - 500)
            {
                body.Length = begin;
                break;
            }
            drawn++;
        }
        string[] remarks =
        [
            unit.Length > 0 ? $"time in {unit}" : "",
            origin < 0 ? $"from {TimeAxis.Number(origin * factor)}" : "",
            chart.SegmentCount > MostBars ? "short bars merged" : "",
            drawn < chart.Rows.Count ? FormattableString.Invariant($"the first {drawn} of {chart.Rows.Count} rows") : "",
        ];
        string title = string.Join(", ", remarks.Where(r => r.Length > 0));
        title = chart.Title.Length == 0 ? title : title.Length == 0 ? chart.Title : $"{chart.Title} ({title})";
        string head = $"---\ndisplayMode: compact\n---\ngantt\n{(title.Length > 0 ? $"    title {Plain(title)}\n" : "")}    dateFormat x\n    axisFormat %Q\n    todayMarker off\n";
        return head + body.ToString().TrimEnd('\n');
    }

    /// <summary>The bars of a row, as few as its share allows.</summary>
    private static IEnumerable<GanttBar> Merged(GanttChart chart, GanttRow row)
    {
        int[] slots = SlotCoverage.Of(chart, row.Bars, Math.Clamp(MostBars / chart.Rows.Count, 10, 200));
        double slot = chart.Axis.Range / slots.Length;
        for (int i = 0; i < slots.Length; i++)
        {
            int begin = i;
            while (i + 1 < slots.Length && slots[i + 1] == slots[begin])
            {
                i++;
            }
            if (slots[begin] != SlotCoverage.Empty)
            {
                int key = slots[begin];
                GanttSegment segment = new(row.Name, key == GanttChart.Overhead ? "overhead" : chart.Keys[key], 0, 0);
                yield return new GanttBar(chart.Axis.Begin + (begin * slot), chart.Axis.Begin + ((i + 1) * slot), key, segment);
            }
        }
    }

    private static bool IsWhole(double time) => Math.Floor(time) == time;

    private static string Thousandth(string unit) => unit switch { "s" => "ms", "ms" => "µs", "µs" => "ns", "" => "1/1000", _ => $"1/1000 {unit}" };

    /// <summary>A name of a row or bar: one that reads as a word of the language is put in quotation marks.</summary>
    private static string Word(string name)
    {
        string plain = Plain(Cells.Cut(name, LongestName, "…"));
        return plain.Length == 0 ? "-" : Keyword().IsMatch(plain) ? $"“{plain}”" : plain;
    }

    /// <summary>The text with what means something to Mermaid, or to the page around it, replaced by what looks like it: entities are not understood everywhere.</summary>
    private static string Plain(string text)
    {
        StringBuilder plain = new(text.Length);
        foreach (char c in text)
        {
            plain.Append(c switch { ':' => '∶', ';' => ',', '#' => '＃', '%' => '％', '<' => '‹', '>' => '›', '"' => '”', '`' => '‘', '{' => '(', '}' => ')', '\\' => '⧵', _ => c });
        }
        return plain.ToString().Trim();
    }

    [GeneratedRegex(@"^(acc|axisFormat|call|click|dateFormat|excludes|gantt|href|includes|inclusiveEndDates|section|tickInterval|title|todayMarker|topAxis|weekday|weekend|\d{4}-)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Keyword();
}
