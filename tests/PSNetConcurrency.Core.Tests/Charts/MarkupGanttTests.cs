using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using CsCheck;
using PSNetConcurrency.Core.Charts;

namespace PSNetConcurrency.Core.Tests.Charts;

public class MarkupGanttTests
{
    private const string Hostile = "</svg></title><script>alert(1)</script>\"'&]]><!--";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static XElement Parse(string text)
    {
        using XmlReader reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XElement.Load(reader);
    }

    [Fact]
    public void Any_name_stays_text() => Gen.Select(Gen.OneOf(Gen.String[0, 30], Gen.Const(Hostile)), Gen.Char.Array[0, 20].Select(c => new string(c)), Gen.Bool, Gen.Double[0, 3]).Sample((lane, label, isOverhead, length) =>
    {
        GanttChart chart = Gantt.Of([Gantt.Bar(lane, label, 0, length) with { IsOverhead = isOverhead }, Gantt.Bar(label, lane, 1, 9)], title: label, unit: lane);
        XElement svg = Parse(SvgGantt.Draw(chart, 600));
        XElement page = Parse(HtmlGantt.Draw([chart, chart], lane, 600));
        Assert.All([svg, page], x => Assert.All(x.DescendantsAndSelf(), e => Assert.True(e.Name.LocalName != "script" && e.Attributes().All(a => !a.Name.LocalName.StartsWith("on", StringComparison.Ordinal)))));
        Assert.Equal(2, page.Descendants(Svg + "svg").Count());
        // Ids are the chart's own, each once.
        string[] ids = [.. page.Descendants().Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Distinct(), ids);
    });

    [Fact]
    public void Bars_are_in_proportion_and_have_words()
    {
        XElement svg = Parse(SvgGantt.Draw(Gantt.Of(Gantt.RoundRobin, title: "RR"), 800));
        (double Width, string Title)[] bars = [.. svg.Elements(Svg + "rect").Where(r => r.Element(Svg + "title") is not null)
            .Select(r => (double.Parse(r.Attribute("width")!.Value, CultureInfo.InvariantCulture), r.Element(Svg + "title")!.Value))];
        Assert.Equal(6, bars.Length);
        Assert.InRange(bars[5].Width / bars[0].Width, 7 / 4d - 0.01, 7 / 4d + 0.01);
        Assert.Equal("P1, CPU 0: 0 to 4 (4)", bars[0].Title);
        Assert.Equal("switch, CPU 0: 4 to 5 (1), overhead", bars[1].Title);
        Assert.Equal("img", svg.Attribute("role")!.Value);
        Assert.Equal("RR", svg.Element(Svg + "title")!.Value);
        Assert.StartsWith("Gantt chart of 6 bars from 0 to 20. Rows: CPU 0.", svg.Element(Svg + "desc")!.Value, StringComparison.Ordinal);
        Assert.All(svg.Attribute("aria-labelledby")!.Value.Split(' '), id => Assert.Contains(svg.Elements(), e => e.Attribute("id")?.Value == id));
    }

    [Fact]
    public void Nothing_is_loaded_from_elsewhere_and_nothing_is_run()
    {
        string page = HtmlGantt.Draw([Gantt.Of(Gantt.RoundRobin)], "", 800);
        Assert.All(["src=", "href=", "@import", "<script", "http://", "https://"], word => Assert.DoesNotContain(word, page.Replace("http://www.w3.org/", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme:dark", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_the_same_everywhere()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            GanttChart chart = Gantt.Of([Gantt.Bar("A", "a", 0.5, 1234.25)], isSeconds: true, unit: "s");
            string[] Drawn() => [SvgGantt.Draw(chart, 601), HtmlGantt.Draw([chart], "", 600), MermaidGantt.Draw(chart), .. chart.Lines()];
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            string[] invariant = Drawn();
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(invariant, Drawn());
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("fa-IR");
            Assert.Equal(invariant, Drawn());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_table_has_every_bar()
    {
        XElement page = Parse(HtmlGantt.Draw([Gantt.Of([.. Gantt.RoundRobin.Select(s => s with { Queue = 2 })], title: "RR", isSeconds: true)], "", 800));
        XNamespace html = "http://www.w3.org/1999/xhtml";
        Assert.Equal(["Lane", "Label", "Start (s)", "End (s)", "Length (s)", "Queue", "Kind"], page.Descendants(html + "th").Select(e => e.Value));
        XElement[] rows = [.. page.Descendants(html + "tbody").Elements()];
        Assert.Equal(["CPU 0", "switch", "4", "5", "1", "2", "overhead"], rows[1].Elements().Select(e => e.Value));
        Assert.Equal(6, rows.Length);
        Assert.Equal("RR", page.Descendants(html + "h1").Single().Value);
    }

    [Fact]
    public void Mermaid_gets_whole_numbers_and_its_own_words()
    {
        Assert.Equal(
            """
            ---
            displayMode: compact
            ---
            gantt
                title RR
                dateFormat x
                axisFormat %Q
                todayMarker off
                section CPU 0
                P1 :0, 4
                switch :crit, 4, 5
                P2 :5, 8
                switch :crit, 8, 9
                P3 :9, 13
                P1 :13, 20
            """.ReplaceLineEndings("\n"), MermaidGantt.Draw(Gantt.Of(Gantt.RoundRobin, title: "RR")));
        string seconds = MermaidGantt.Draw(Gantt.Of([Gantt.Bar("A", "a", 0, 1.5), Gantt.Bar("A", "b", 1.5, 1.5)], isSeconds: true));
        Assert.Contains("title time in ms\n", seconds, StringComparison.Ordinal);
        Assert.Contains("    a :0, 1500\n    b :milestone, 1500, 1500", seconds, StringComparison.Ordinal);
    }

    [Fact]
    public void No_name_is_more_than_a_name_to_Mermaid() => Gen.OneOf(Gen.String[0, 20], Gen.Const("section x: y; #z %% %%{init}%%\n``` <b>")).Sample(name =>
    {
        string[] lines = MermaidGantt.Draw(Gantt.Of([Gantt.Bar(name, name, 0, 4)], title: name)).Split('\n')[^3..];
        Assert.Equal("    todayMarker off", lines[0]);
        Assert.Matches("^    section [^:;#%<`]+$", lines[1]);
        Assert.Matches("^    (?!section|title|click)[^:;#%<`]+ :0, 4$", lines[2]);
    });
}
