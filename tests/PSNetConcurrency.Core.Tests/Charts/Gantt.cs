using PSNetConcurrency.Core.Charts;

namespace PSNetConcurrency.Core.Tests.Charts;

/// <summary>Charts to draw, with little ado.</summary>
internal static class Gantt
{
    public static GanttChart Of(IReadOnlyList<GanttSegment> segments, GanttGrouping by = GanttGrouping.Lane, string title = "", bool isSeconds = false, string unit = TimeUnit.Auto) =>
        Assert.Single(GanttChart.Create([new GanttSource(title, segments, isSeconds)], new GanttOptions { By = by, Unit = unit }));

    public static GanttSegment Bar(string lane, string label, double start, double end) => new(lane, label, start, end);

    /// <summary>Round robin on one processor: three jobs, a context switch between two turns.</summary>
    public static GanttSegment[] RoundRobin { get; } =
    [
        Bar("CPU 0", "P1", 0, 4), Bar("CPU 0", "switch", 4, 5) with { IsOverhead = true }, Bar("CPU 0", "P2", 5, 8),
        Bar("CPU 0", "switch", 8, 9) with { IsOverhead = true }, Bar("CPU 0", "P3", 9, 13), Bar("CPU 0", "P1", 13, 20),
    ];

    public static string[] Lines(this GanttChart chart, int width = 80, bool color = false, bool ascii = false) =>
        TextGantt.Draw(chart, new TextGanttOptions { Width = width, Color = color, Ascii = ascii }).Split('\n');
}
