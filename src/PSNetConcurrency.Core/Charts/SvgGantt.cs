using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Charts;

/// <summary>
/// Draws a chart as SVG: nothing is loaded and nothing is run. Bars that are narrower than half a pixel are merged, each half
/// pixel in the colour of what fills most of it, so that a drawing has a bounded size however many bars there are.
/// </summary>
internal sealed class SvgGantt
{
    public const int LeastWidth = 240, DefaultWidth = 960;

    /// <summary>The colours of what is no bar, for light and dark screens.</summary>
    public const string Style = """
        .g-bg{fill:#fff}.g-t{fill:#1f2328}.g-m{fill:#59636e}.g-band{fill:#f3f5f8}.g-grid{stroke:#d1d9e0}.g-axis{stroke:#59636e}.g-over{fill:#c8ced5}.g-hatch{stroke:#59636e}
        @media(prefers-color-scheme:dark){.g-bg{fill:#0d1117}.g-t{fill:#f0f6fc}.g-m{fill:#9198a1}.g-band{fill:#161b22}.g-grid{stroke:#30363d}.g-axis{stroke:#9198a1}.g-over{fill:#3d444d}.g-hatch{stroke:#b1bac4}}
        """;

    private const int PerPixel = 2, Margin = 16, RowHeight = 28, BarHeight = 20, LegendHeight = 22, FontSize = 12;
    private const int MostLegendEntries = 42;

    private readonly GanttChart _chart;
    private readonly string _id;
    private readonly double _width, _left, _plot;
    private readonly StringBuilder _svg = new();
    private double _y = Margin;

    private SvgGantt(GanttChart chart, int width, string id)
    {
        (_chart, _id, _width) = (chart, id, width);
        double names = chart.Rows.Select(r => SvgText.Width(r.Name)).DefaultIfEmpty().Max();
        _left = Margin + Math.Min(names, width * 0.28) + 10;
        _plot = width - _left - Margin - 12;
    }

    /// <param name="chart">The chart.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="id">What its ids begin with: several drawings in one page need several.</param>
    /// <param name="isAlone">Whether it is a file of its own; in a page, the page has <see cref="Style"/> and the title.</param>
    public static string Draw(GanttChart chart, int width, string id = "g", bool isAlone = true)
    {
        SvgGantt drawing = new(chart, width, id);
        return drawing.Write(isAlone);
    }

    private string Write(bool isAlone)
    {
        if (isAlone && _chart.Title.Length > 0)
        {
            Text(Margin, _y + 14, SvgText.Shorten(_chart.Title, (_width - (2 * Margin)) * 0.75), "g-t", " font-size=\"16\" font-weight=\"600\"");
            _y += 28;
        }
        WriteLegend();
        double top = _y;
        StringBuilder bars = new();
        foreach (GanttRow row in _chart.Rows)
        {
            WriteRow(row, bars);
            _y += RowHeight;
        }
        WriteAxis(top);
        _svg.Append(bars);
        if (_chart.Omission is { } omission)
        {
            Text(Margin, _y + 12, SvgText.Shorten(omission, _width - (2 * Margin)), "g-m");
            _y += 20;
        }
        return Head(isAlone) + _svg.Append("</svg>\n");
    }

    private string Head(bool isAlone)
    {
        string height = Markup.Pixel(_y + Margin - 8);
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {_width} {height}\" width=\"{_width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{_id}-title {_id}-desc\" font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\" font-size=\"{FontSize}\">\n");
        head.Append(CultureInfo.InvariantCulture, $"<title id=\"{_id}-title\">{Markup.Escape(_chart.Title.Length > 0 ? _chart.Title : "Gantt chart")}</title>\n");
        head.Append(CultureInfo.InvariantCulture, $"<desc id=\"{_id}-desc\">{Markup.Escape(Description())}</desc>\n");
        if (isAlone)
        {
            head.Append(CultureInfo.InvariantCulture, $"<style>{Style}</style>\n<rect class=\"g-bg\" width=\"100%\" height=\"100%\"/>\n");
        }
        if (_chart.HasOverhead)
        {
            head.Append(CultureInfo.InvariantCulture, $"<defs><pattern id=\"{_id}-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"g-over\" width=\"6\" height=\"6\"/><path class=\"g-hatch\" d=\"M1 0V6\" stroke-width=\"1.5\"/></pattern></defs>\n");
        }
        return head.ToString();
    }

    private string Description()
    {
        string names = string.Join(", ", _chart.Rows.Where(r => !r.Continues).Take(12).Select(r => r.Name));
        string unit = _chart.Axis.Unit.Length > 0 ? $" {_chart.Axis.Unit}" : "";
        return FormattableString.Invariant($"Gantt chart of {_chart.SegmentCount} bars from {TimeAxis.Number(_chart.Axis.Begin)} to {TimeAxis.Number(_chart.Axis.End)}{unit}. Rows: {names}{(_chart.Rows.Count > 12 ? ", and more" : "")}.");
    }

    private void WriteLegend()
    {
        if (_chart.NamesItself || _chart.Rows.Count == 0)
        {
            return;
        }
        double x = Margin;
        IEnumerable<int> keys = Enumerable.Range(0, Math.Min(_chart.Keys.Count, MostLegendEntries));
        foreach (int key in _chart.HasOverhead ? keys.Append(GanttChart.Overhead) : keys)
        {
            string name = key == GanttChart.Overhead ? "overhead" : SvgText.Shorten(_chart.Keys[key], 200);
            double width = 20 + SvgText.Width(name) + 14;
            if (x > Margin && x + width > _width - Margin)
            {
                (x, _y) = (Margin, _y + LegendHeight);
            }
            Rect(_svg, x, _y + 3, 13, 13, key, " rx=\"2\"");
            _svg.Append("/>\n");
            Text(x + 19, _y + 14, name, "g-t");
            x += width;
        }
        if (_chart.Keys.Count > MostLegendEntries)
        {
            _y += LegendHeight;
            Text(Margin, _y + 14, FormattableString.Invariant($"and {_chart.Keys.Count - MostLegendEntries} more"), "g-m");
        }
        _y += LegendHeight + 8;
    }

    private void WriteRow(GanttRow row, StringBuilder bars)
    {
        if (!row.Continues)
        {
            string name = SvgText.Shorten(row.Name, _left - Margin - 6);
            Text(_left - 10, _y + (RowHeight / 2) + 4, name, "g-t", " text-anchor=\"end\"", name == row.Name ? null : row.Name);
        }
        _svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"g-band\" x=\"{Markup.Pixel(_left)}\" y=\"{Markup.Pixel(_y + 2)}\" width=\"{Markup.Pixel(_plot)}\" height=\"{RowHeight - 4}\"/>\n");
        List<GanttBar> narrow = [];
        foreach (GanttBar bar in row.Bars)
        {
            double start = _chart.Axis.Place(bar.Start, _plot), width = _chart.Axis.Place(bar.End, _plot) - start;
            if (_chart.IsMoment(bar))
            {
                WriteMoment(bars, bar, _left + start);
            }
            else if (width < 1d / PerPixel)
            {
                narrow.Add(bar);
            }
            else
            {
                WriteBar(bars, row, bar, _left + start, width);
            }
        }
        if (narrow.Count > 0)
        {
            WriteNarrow(bars, narrow);
        }
    }

    private void WriteBar(StringBuilder bars, GanttRow row, in GanttBar bar, double x, double width)
    {
        double y = _y + ((RowHeight - BarHeight) / 2);
        // A gap of half a pixel parts bars that touch, where they are wide enough to lose it.
        Rect(bars, x, y, width > 4 ? width - 0.5 : width, BarHeight, bar.Key, width > 8 ? " rx=\"2\"" : "");
        bars.Append(CultureInfo.InvariantCulture, $"><title>{Markup.Escape(_chart.Describe(bar))}</title></rect>\n");
        string text = width < 12 ? "" : _chart.TextOf(row, bar);
        if (text.Length > 0 && SvgText.Width(text) + 6 <= width)
        {
            string color = bar.Key == GanttChart.Overhead ? " class=\"g-t\"" : Palette.Of(bar.Key).TakesBlack ? "" : " fill=\"#fff\"";
            bars.Append(CultureInfo.InvariantCulture, $"<text x=\"{Markup.Pixel(x + (width / 2))}\" y=\"{Markup.Pixel(y + 14)}\" text-anchor=\"middle\" pointer-events=\"none\"{color}>{Markup.Escape(text)}</text>\n");
        }
    }

    private void WriteMoment(StringBuilder bars, in GanttBar bar, double x)
    {
        double y = _y + (RowHeight / 2);
        string fill = bar.Key == GanttChart.Overhead ? $"url(#{_id}-hatch)" : Palette.Of(bar.Key).Hex;
        bars.Append(CultureInfo.InvariantCulture, $"<path class=\"g-axis\" fill=\"{fill}\" d=\"M{Markup.Pixel(x)} {Markup.Pixel(y - 8)}l6 8l-6 8l-6 -8z\"><title>{Markup.Escape(_chart.Describe(bar))}</title></path>\n");
    }

    private void WriteNarrow(StringBuilder bars, List<GanttBar> narrow)
    {
        int[] slots = SlotCoverage.Of(_chart, narrow, (int)(_plot * PerPixel));
        double slot = _plot / slots.Length;
        for (int i = 0; i < slots.Length; i++)
        {
            int begin = i;
            while (i + 1 < slots.Length && slots[i + 1] == slots[begin])
            {
                i++;
            }
            if (slots[begin] != SlotCoverage.Empty)
            {
                Rect(bars, _left + (begin * slot), _y + ((RowHeight - BarHeight) / 2), (i + 1 - begin) * slot, BarHeight, slots[begin], "");
                bars.Append("/>\n");
            }
        }
    }

    private void WriteAxis(double top)
    {
        int most = (int)Math.Max(1, _plot / 70);
        double step = _chart.Axis.Step(most);
        while (most > 1 && step / _chart.Axis.Range * _plot < SvgText.Width(TimeAxis.Format(_chart.Axis.End, step)) + 16)
        {
            step = _chart.Axis.Step(--most);
        }
        foreach (double tick in _chart.Axis.Ticks(step))
        {
            string x = Markup.Pixel(_left + _chart.Axis.Place(tick, _plot));
            _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"g-grid\" d=\"M{x} {Markup.Pixel(top)}V{Markup.Pixel(_y)}\"/><path class=\"g-axis\" d=\"M{x} {Markup.Pixel(_y)}v5\"/>\n");
            _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"g-m\" x=\"{x}\" y=\"{Markup.Pixel(_y + 18)}\" text-anchor=\"middle\">{TimeAxis.Format(tick, step)}</text>\n");
        }
        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"g-axis\" d=\"M{Markup.Pixel(_left)} {Markup.Pixel(_y)}h{Markup.Pixel(_plot)}\"/>\n");
        _y += 24;
        Text(_left + (_plot / 2), _y + 13, SvgText.Shorten(_chart.Axis.Unit.Length > 0 ? $"time ({_chart.Axis.Unit})" : "time", _plot), "g-m", " text-anchor=\"middle\"");
        _y += 20;
    }

    private void Rect(StringBuilder into, double x, double y, double width, double height, int key, string more)
    {
        string fill = key == GanttChart.Overhead ? $"url(#{_id}-hatch)" : Palette.Of(key).Hex;
        into.Append(CultureInfo.InvariantCulture, $"<rect fill=\"{fill}\" x=\"{Markup.Pixel(x)}\" y=\"{Markup.Pixel(y)}\" width=\"{Markup.Pixel(Math.Max(width, 0.01))}\" height=\"{Markup.Pixel(height)}\"{more}");
    }

    private void Text(double x, double y, string text, string style, string more = "", string? title = null)
    {
        string tip = title is null ? "" : $"<title>{Markup.Escape(title)}</title>";
        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{Markup.Pixel(x)}\" y=\"{Markup.Pixel(y)}\"{more}>{Markup.Escape(text)}{tip}</text>\n");
    }
}
