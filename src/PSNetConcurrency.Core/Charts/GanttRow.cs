namespace PSNetConcurrency.Core.Charts;

/// <summary>A bar in a row; its times are in the unit of the axis.</summary>
/// <param name="Start">When it begins.</param>
/// <param name="End">When it ends; the same moment for what took no time.</param>
/// <param name="Key">What its colour stands for, or <see cref="GanttChart.Overhead"/>.</param>
/// <param name="Segment">What it was made from.</param>
internal readonly record struct GanttBar(double Start, double End, int Key, GanttSegment Segment);

/// <summary>A row of a chart: bars in the order of time, none over another.</summary>
/// <param name="name">What stands before it.</param>
/// <param name="continues">Whether it holds what overlaps a bar of the row above, under the same name.</param>
internal sealed class GanttRow(string name, bool continues)
{
    public string Name { get; } = name;

    public bool Continues { get; } = continues;

    public List<GanttBar> Bars { get; } = [];

    /// <summary>Spreads bars over as few rows as they need. Overlaps that are rounding errors do not count.</summary>
    public static IEnumerable<GanttRow> Split(string name, List<GanttBar> bars, double tolerance, int most)
    {
        if (!IsOrdered(bars))
        {
            bars.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.End.CompareTo(b.End));
        }
        List<GanttRow> rows = [];
        PriorityQueue<int, double> busy = new();
        PriorityQueue<int, int> free = new();
        foreach (GanttBar bar in bars)
        {
            while (busy.TryPeek(out int ended, out double end) && end <= bar.Start + tolerance)
            {
                busy.Dequeue();
                free.Enqueue(ended, ended);
            }
            if (!free.TryDequeue(out int row, out _))
            {
                row = rows.Count;
                if (row == most)
                {
                    continue;
                }
                rows.Add(new GanttRow(name, row > 0));
            }
            rows[row].Bars.Add(bar);
            busy.Enqueue(row, bar.End);
        }
        return rows;
    }

    private static bool IsOrdered(List<GanttBar> bars)
    {
        for (int i = 1; i < bars.Count; i++)
        {
            if (bars[i].Start < bars[i - 1].Start || (bars[i].Start == bars[i - 1].Start && bars[i].End < bars[i - 1].End))
            {
                return false;
            }
        }
        return true;
    }
}
