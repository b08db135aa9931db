using CsCheck;
using PSNetConcurrency.Core.Charts;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Charts;

public class GanttChartTests
{
    private static readonly Gen<GanttSegment[]> Segments =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Double[0, 100], Gen.Double[0, 30]).Select(t => Gantt.Bar($"L{t.Item1}", $"P{t.Item2}", t.Item3, t.Item3 + t.Item4)).Array[1, 40];

    [Fact]
    public void Rows_are_lanes_labels_or_queues()
    {
        GanttSegment[] segments = [Gantt.Bar("CPU 1", "B", 0, 1) with { Queue = 1 }, Gantt.Bar("CPU 0", "A", 0, 1), Gantt.Bar("CPU 1", "A", 1, 2) with { Queue = 0 }];
        string[] Names(GanttGrouping by) => [.. Gantt.Of(segments, by).Rows.Select(r => r.Name)];
        Assert.Equal(["CPU 1", "CPU 0"], Names(GanttGrouping.Lane));
        Assert.Equal(["B", "A"], Names(GanttGrouping.Label));
        Assert.Equal(["Queue 0", "Queue 1", "No queue"], Names(GanttGrouping.Queue));
        // In rows of jobs, colours are processors, where there are several.
        Assert.Equal(["CPU 1", "CPU 0"], Gantt.Of(segments, GanttGrouping.Label).Keys);
        Assert.Equal(["P1", "P2", "P3"], Gantt.Of(Gantt.RoundRobin, GanttGrouping.Label).Keys);
    }

    [Fact]
    public void No_bar_lies_over_another_and_none_is_lost() => Segments.Sample(segments =>
    {
        GanttChart chart = Gantt.Of(segments);
        Assert.Equal(segments.Length, chart.Rows.Sum(r => r.Bars.Count));
        Assert.All(chart.Rows, row => Assert.All(row.Bars.Zip(row.Bars.Skip(1)), p => Assert.True(p.Second.Start >= p.First.End - 1e-6)));
        Assert.All(chart.Rows.Zip(chart.Rows.Skip(1)), p => Assert.True(!p.Second.Continues || p.Second.Name == p.First.Name));
        // As few rows as the most that run at once.
        foreach (IGrouping<string, GanttRow> lane in chart.Rows.GroupBy(r => r.Name))
        {
            GanttBar[] bars = [.. lane.SelectMany(r => r.Bars)];
            Assert.True(lane.Count() <= bars.Max(a => bars.Count(b => b.Start <= a.Start && (b.End > a.Start || b.Segment == a.Segment))));
        }
    });

    [Fact]
    public void Sums_that_are_off_by_a_rounding_error_do_not_overlap() =>
        Assert.Single(Gantt.Of([Gantt.Bar("A", "a", 0, 0.1 + 0.2), Gantt.Bar("A", "b", 0.3, 1)]).Rows);

    [Fact]
    public void Slots_are_in_proportion_to_time() => Gen.Select(Segments, Gen.Int[10, 300]).Sample((segments, count) =>
    {
        GanttChart chart = Gantt.Of(segments);
        foreach (GanttRow row in chart.Rows)
        {
            int[] slots = SlotCoverage.Of(chart, row.Bars, count);
            foreach (IGrouping<int, GanttBar> key in row.Bars.GroupBy(b => b.Key))
            {
                double exact = key.Sum(b => (b.End - b.Start) / chart.Axis.Range * count);
                Assert.InRange(slots.Count(s => s == key.Key), exact - key.Count(), exact + key.Count());
            }
        }
    });

    [Fact]
    public void Bars_shorter_than_a_slot_are_seen_and_the_longest_share_wins()
    {
        GanttSegment[] segments = [.. Enumerable.Range(0, 1000).Select(i => Gantt.Bar("A", i % 4 == 0 ? "rare" : "often", i, i + 1))];
        GanttChart chart = Gantt.Of(segments);
        Assert.All(SlotCoverage.Of(chart, chart.Rows[0].Bars, 10), s => Assert.Equal("often", chart.Keys[s]));
        chart = Gantt.Of([Gantt.Bar("A", "a", 50, 50.001), Gantt.Bar("A", "b", 99, 100)]);
        Assert.Equal([5], SlotCoverage.Of(chart, chart.Rows[0].Bars, 10).Select((s, i) => (s, i)).Where(p => p.s == 0).Select(p => p.i));
    }

    [Fact]
    public void So_many_bars_are_no_more_cells_than_there_are()
    {
        GanttSegment[] segments = [.. Enumerable.Range(0, 200_000).Select(i => Gantt.Bar($"CPU {i % 4}", $"P{i % 7}", i, i + 1.5))];
        GanttChart chart = Gantt.Of(segments);
        Assert.Equal(4, chart.Rows.Count);
        Assert.True(TextGantt.Draw(chart, new TextGanttOptions { Width = 120, Color = true }).Length < 40_000);
        Assert.True(SvgGantt.Draw(chart, 960).Length < 1_500_000);
        Assert.True(HtmlGantt.Draw([chart], "", 960).Length < 2_500_000);
        Assert.True(MermaidGantt.Draw(chart).Length <= MermaidGantt.MostCharacters);
    }

    [Fact]
    public void Rows_beyond_the_most_are_told()
    {
        GanttChart chart = Gantt.Of([.. Enumerable.Range(0, 1500).Select(i => Gantt.Bar($"L{i}", "x", 0, 1))]);
        Assert.Equal((GanttChart.MostRows, 500), (chart.Rows.Count, chart.OmittedCount));
        Assert.Contains("500 of 1500 bars", string.Join(' ', chart.Lines()), StringComparison.Ordinal);
        Assert.Contains("500 of 1500 bars", SvgGantt.Draw(chart, 960), StringComparison.Ordinal);
        // All at once in one lane: as slow as sorting, and no slower.
        Assert.Equal(GanttChart.MostRows, Gantt.Of([.. Enumerable.Range(0, 100_000).Select(i => Gantt.Bar("L", "x", 0, 1))]).Rows.Count);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(2, 1)]
    [InlineData(-1e308, 1e308)]
    public void Times_that_make_no_bar_are_refused(double start, double end)
    {
        NetException e = Assert.Throws<NetException>(() => Gantt.Of([Gantt.Bar("A", "job", start, end)]));
        Assert.Equal(NetError.InvalidArgument, e.Error);
        Assert.Contains("job", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Auto", true, 5, "s", 5)]
    [InlineData("Auto", true, 0.25, "ms", 250)]
    [InlineData("Auto", true, 0.00025, "µs", 250)]
    [InlineData("Auto", true, 6000, "min", 100)]
    [InlineData("Auto", false, 5, "", 5)]
    [InlineData("ms", true, 5, "ms", 5000)]
    [InlineData("us", true, 5, "µs", 5e6)]
    [InlineData("ms", false, 5, "ms", 5)]
    [InlineData("ticks", false, 5, "ticks", 5)]
    [InlineData("", true, 5, "", 5)]
    [InlineData("", false, 5, "", 5)]
    public void Seconds_are_converted_and_other_units_are_only_named(string word, bool isSeconds, double end, string unit, double shown)
    {
        GanttChart chart = Gantt.Of([Gantt.Bar("A", "a", 0, end)], isSeconds: isSeconds, unit: word);
        Assert.Equal(unit, chart.Axis.Unit);
        Assert.Equal(shown, chart.Axis.End, 9);
    }

    [Fact]
    public void Charts_may_share_a_scale()
    {
        GanttSource Source(double end, bool isSeconds) => new("", [Gantt.Bar("A", "a", 0, end)], isSeconds);
        GanttSource[] sources = [Source(3, true), Source(0.5, true), Source(100, false)];
        Assert.Equal([3, 500, 100], GanttChart.Create(sources, new GanttOptions()).Select(c => c.Axis.End));
        Assert.Equal([3, 3, 100], GanttChart.Create(sources, new GanttOptions { SameScale = true }).Select(c => c.Axis.End));
    }

    [Fact]
    public void Ticks_are_round_few_and_on_the_axis() => Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[1e-9, 1e7], Gen.Int[1, 40]).Sample((begin, range, most) =>
    {
        TimeAxis axis = new(begin, begin + range, "");
        double step = axis.Step(most);
        IReadOnlyList<double> ticks = axis.Ticks(step);
        Assert.InRange(ticks.Count, axis.Range / step - 1.01, most + 1);
        Assert.All(ticks, t => Assert.InRange(t, axis.Begin - (step * 1e-6), axis.End + (step * 1e-6)));
        Assert.Contains((int)Math.Round(step / Math.Pow(10, Math.Floor(Math.Log10(step * 1.000001)))), (int[])[1, 2, 5]);
    });

    [Theory]
    [InlineData(0, 0.5, "0.0")]
    [InlineData(0.30000000000000004, 0.1, "0.3")]
    [InlineData(-0.00000000001, 0.25, "0.0")]
    [InlineData(1500, 500, "1500")]
    [InlineData(0.125, 0.005, "0.125")]
    public void Ticks_have_the_decimals_they_need(double tick, double step, string text) => Assert.Equal(text, TimeAxis.Format(tick, step));

    [Fact]
    public void An_axis_begins_at_0_unless_that_would_leave_it_empty()
    {
        Assert.Equal(0, Gantt.Of([Gantt.Bar("A", "a", 1, 10)]).Axis.Begin);
        Assert.Equal(1000, Gantt.Of([Gantt.Bar("A", "a", 1000, 1010)]).Axis.Begin);
        Assert.Equal(-5, Gantt.Of([Gantt.Bar("A", "a", -5, 10)]).Axis.Begin);
        Assert.True(Gantt.Of([Gantt.Bar("A", "a", 7, 7)]).Axis.Range > 0);
    }

    [Fact]
    public void Black_or_white_is_legible_on_every_colour() => Assert.All(Enumerable.Range(0, 21), key =>
    {
        ChartColor color = Palette.Of(key);
        double[] channels = [.. new[] { color.Rgb >> 16, (color.Rgb >> 8) & 255, color.Rgb & 255 }.Select(c => c / 255d <= 0.04045 ? c / 255d / 12.92 : Math.Pow(((c / 255d) + 0.055) / 1.055, 2.4))];
        double luminance = (0.2126 * channels[0]) + (0.7152 * channels[1]) + (0.0722 * channels[2]);
        Assert.True((color.TakesBlack ? (luminance + 0.05) / 0.05 : 1.05 / (luminance + 0.05)) >= 4.5);
        Assert.DoesNotContain(Enumerable.Range(0, key), other => Palette.Of(other).Rgb == color.Rgb);
    });
}
