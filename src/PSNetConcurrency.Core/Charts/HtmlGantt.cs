using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Charts;

/// <summary>Draws charts as one HTML page (and well-formed XML): nothing is loaded and nothing is run. Under each chart is a table of its bars.</summary>
internal static class HtmlGantt
{
    /// <summary>More rows of a table than anybody reads.</summary>
    public const int MostTableRows = 2000;

    private const string PageStyle = """
        :root{color-scheme:light dark}
        body{margin:0 auto;padding:1.5rem;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;background:#fff;color:#1f2328}
        h1{font-size:1.6rem;margin:0 0 1rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}
        figure{margin:0 -16px;overflow-x:auto}svg{display:block;max-width:100%;height:auto}
        details{margin:.75rem 0 0}summary{cursor:pointer;color:#59636e}
        .rows{max-height:28rem;overflow:auto;border:1px solid #d1d9e0;border-radius:6px;margin-top:.5rem}
        table{border-collapse:collapse;width:100%;font-size:.875rem}
        th,td{padding:.3rem .75rem;text-align:left;border-bottom:1px solid #d1d9e0;white-space:nowrap}
        th{position:sticky;top:0;background:#f6f8fa}tr:last-child td{border-bottom:0}
        .n{text-align:right;font-variant-numeric:tabular-nums}
        .s{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.5em}
        .o{background:repeating-linear-gradient(45deg,#c8ced5 0 2px,#59636e 2px 4px)}
        @media(prefers-color-scheme:dark){body{background:#0d1117;color:#f0f6fc}summary{color:#9198a1}.rows,th,td{border-color:#30363d}th{background:#161b22}}
        @media print{.rows{max-height:none;overflow:visible}}
        """;

    /// <param name="charts">The charts, one under the other.</param>
    /// <param name="title">The title of the page.</param>
    /// <param name="width">The width of each chart in pixels, which becomes less where the window is narrower.</param>
    public static string Draw(IReadOnlyList<GanttChart> charts, string title, int width)
    {
        StringBuilder page = new();
        string heading = Markup.Escape(title.Length > 0 ? Cells.Name(title) : charts.Count == 1 && charts[0].Title.Length > 0 ? charts[0].Title : "Gantt chart");
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>{heading}</title>
            <style>
            {PageStyle}
            {SvgGantt.Style}
            </style>
            </head>
            <body style="max-width:{width - 32}px">
            <main>
            <h1>{heading}</h1>

            """);
        for (int i = 0; i < charts.Count; i++)
        {
            GanttChart chart = charts[i];
            page.Append("<section>\n");
            if (charts.Count > 1 && chart.Title.Length > 0)
            {
                page.Append(CultureInfo.InvariantCulture, $"<h2>{Markup.Escape(chart.Title)}</h2>\n");
            }
            page.Append("<figure>\n").Append(SvgGantt.Draw(chart, width, string.Create(CultureInfo.InvariantCulture, $"g{i + 1}"), isAlone: false)).Append("</figure>\n");
            WriteTable(page, chart);
            page.Append("</section>\n");
        }
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void WriteTable(StringBuilder page, GanttChart chart)
    {
        if (chart.Rows.Count == 0)
        {
            return;
        }
        string unit = chart.Axis.Unit.Length > 0 ? Markup.Escape($" ({chart.Axis.Unit})") : "";
        bool hasQueue = chart.Rows.Exists(r => r.Bars.Exists(b => b.Segment.Queue is not null));
        string count = chart.SegmentCount > MostTableRows ? FormattableString.Invariant($"the first {MostTableRows} of {chart.SegmentCount} bars") : FormattableString.Invariant($"{chart.SegmentCount} bars");
        page.Append(CultureInfo.InvariantCulture, $"<details open=\"open\">\n<summary>Table of {count}</summary>\n<div class=\"rows\" tabindex=\"0\" role=\"region\" aria-label=\"Table of bars\">\n<table>\n");
        page.Append(CultureInfo.InvariantCulture, $"<thead><tr><th scope=\"col\">Lane</th><th scope=\"col\">Label</th><th scope=\"col\" class=\"n\">Start{unit}</th><th scope=\"col\" class=\"n\">End{unit}</th><th scope=\"col\" class=\"n\">Length{unit}</th>");
        page.Append(hasQueue ? "<th scope=\"col\" class=\"n\">Queue</th>" : "").Append(chart.HasOverhead ? "<th scope=\"col\">Kind</th>" : "").Append("</tr></thead>\n<tbody>\n");
        foreach (GanttBar bar in chart.Rows.SelectMany(r => r.Bars).Take(MostTableRows))
        {
            string swatch = bar.Key == GanttChart.Overhead ? "<span class=\"s o\"></span>" : $"<span class=\"s\" style=\"background:{Palette.Of(bar.Key).Hex}\"></span>";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Markup.Escape(Cells.Name(bar.Segment.Lane))}</td><td>{swatch}{Markup.Escape(Cells.Name(bar.Segment.Label))}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{TimeAxis.Number(bar.Start)}</td><td class=\"n\">{TimeAxis.Number(bar.End)}</td><td class=\"n\">{TimeAxis.Number(bar.End - bar.Start)}</td>");
            page.Append(hasQueue ? FormattableString.Invariant($"<td class=\"n\">{bar.Segment.Queue}</td>") : "");
            page.Append(chart.HasOverhead ? $"<td>{(bar.Key == GanttChart.Overhead ? "overhead" : "work")}</td>" : "").Append("</tr>\n");
        }
        page.Append("</tbody>\n</table>\n</div>\n</details>\n");
    }
}
