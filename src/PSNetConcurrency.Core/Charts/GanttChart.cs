using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Charts;

/// <summary>Bars laid out in rows over an axis: what every kind of drawing begins with.</summary>
internal sealed class GanttChart
{
    /// <summary>The key of bars in which nothing useful ran.</summary>
    public const int Overhead = -1;

    /// <summary>More rows than anybody reads; the rest is told, not drawn.</summary>
    public const int MostRows = 1000;

    // The keys that have a bar of some length.
    private readonly HashSet<int> _lengths = [];

    private GanttChart(string title, TimeAxis axis) => (Title, Axis) = (title, axis);

    /// <summary>Empty for a chart without one.</summary>
    public string Title { get; }

    public TimeAxis Axis { get; }

    public List<GanttRow> Rows { get; } = [];

    /// <summary>What the colours stand for, in the order in which they first appear.</summary>
    public List<string> Keys { get; } = [];

    public bool HasOverhead { get; private set; }

    public int SegmentCount { get; private set; }

    /// <summary>Bars that are in none of the rows, because there would be too many.</summary>
    public int OmittedCount { get; private set; }

    public string? Omission => OmittedCount == 0 ? null : FormattableString.Invariant($"{OmittedCount} of {SegmentCount} bars are in rows that are not shown: a chart has {MostRows} at most.");

    /// <summary>Whether the names of the rows say all that a legend would.</summary>
    public bool NamesItself { get; private set; } = true;

    /// <exception cref="NetException">InvalidArgument: a segment has a time that is no number, or ends before it begins.</exception>
    public static IReadOnlyList<GanttChart> Create(IReadOnlyList<GanttSource> sources, GanttOptions options)
    {
        (double First, double Last)[] ranges = [.. sources.Select(s => RangeOf(s.Segments))];
        if (options.SameScale)
        {
            // Seconds and simulated units have no scale in common.
            foreach (bool isSeconds in (bool[])[true, false])
            {
                int[] alike = [.. Enumerable.Range(0, sources.Count).Where(i => sources[i].IsSeconds == isSeconds && sources[i].Segments.Count > 0)];
                foreach (int i in alike)
                {
                    ranges[i] = (alike.Min(a => ranges[a].First), alike.Max(a => ranges[a].Last));
                }
            }
        }
        return [.. sources.Select((s, i) => Create(s, options, ranges[i].First, ranges[i].Last))];
    }

    /// <summary>What is written in a bar: its label, or how long it is where the row is called so already.</summary>
    public string TextOf(GanttRow row, in GanttBar bar)
    {
        string label = LabelOf(bar);
        return label == row.Name ? Axis.Exact(bar.End - bar.Start) : label;
    }

    /// <summary>Whether a bar is a mark rather than a length: it takes no time, and no bar of its key does.</summary>
    public bool IsMoment(in GanttBar bar) => bar.End <= bar.Start && bar.Key != Overhead && !_lengths.Contains(bar.Key);

    public string LabelOf(in GanttBar bar) => bar.Key >= 0 ? Keys[bar.Key] : Cells.Name(bar.Segment.Label);

    /// <summary>All that is known of a bar, in a line.</summary>
    public string Describe(in GanttBar bar)
    {
        (string lane, string label) = (Cells.Name(bar.Segment.Lane), Cells.Name(bar.Segment.Label));
        string name = lane == label || label.Length == 0 ? lane : $"{label}, {lane}";
        string length = bar.End <= bar.Start ? $"at {Axis.Exact(bar.Start)}" : $"{TimeAxis.Number(bar.Start)} to {Axis.Exact(bar.End)} ({Axis.Exact(bar.End - bar.Start)})";
        string queue = bar.Segment.Queue is { } number ? FormattableString.Invariant($", queue {number}") : "";
        return $"{name}: {length}{queue}{(bar.Key == Overhead ? ", overhead" : "")}";
    }

    private static GanttChart Create(GanttSource source, GanttOptions options, double first, double last)
    {
        TimeUnit unit = TimeUnit.Of(options.Unit, source.IsSeconds, last - first);
        GanttChart chart = new(Cells.Name(source.Title), TimeAxis.Of(first * unit.Factor, last * unit.Factor, unit.Name)) { SegmentCount = source.Segments.Count };
        bool byLane = options.By == GanttGrouping.Label && LanesTellMore(source.Segments);
        Dictionary<string, int> keys = new(StringComparer.Ordinal);
        Dictionary<string, List<GanttBar>> groups = new(StringComparer.Ordinal);
        List<(string Name, int Queue, List<GanttBar> Bars)> order = [];
        foreach (GanttSegment segment in source.Segments)
        {
            string rowName = options.By switch { GanttGrouping.Label => segment.Label, GanttGrouping.Queue => QueueName(segment.Queue), _ => segment.Lane } ?? "";
            string keyName = (byLane ? segment.Lane : segment.Label) ?? "";
            if (!groups.TryGetValue(rowName, out List<GanttBar>? bars))
            {
                groups.Add(rowName, bars = []);
                order.Add((Cells.Name(rowName), segment.Queue ?? int.MaxValue, bars));
            }
            int key = Overhead;
            if (segment.IsOverhead)
            {
                chart.HasOverhead = true;
                chart.NamesItself = false;
            }
            else
            {
                if (!keys.TryGetValue(keyName, out key))
                {
                    keys.Add(keyName, key = chart.Keys.Count);
                    chart.Keys.Add(Cells.Name(keyName));
                }
                chart.NamesItself = chart.NamesItself && keyName == rowName;
            }
            if (segment.End > segment.Start)
            {
                chart._lengths.Add(key);
            }
            bars.Add(new GanttBar(segment.Start * unit.Factor, segment.End * unit.Factor, key, segment));
        }
        double tolerance = chart.Axis.Range * 1e-9;
        foreach ((string name, _, List<GanttBar> bars) in options.By == GanttGrouping.Queue ? order.OrderBy(o => o.Queue) : order.AsEnumerable())
        {
            chart.Rows.AddRange(GanttRow.Split(name, bars, tolerance, MostRows - chart.Rows.Count));
        }
        chart.OmittedCount = chart.SegmentCount - chart.Rows.Sum(r => r.Bars.Count);
        return chart;
    }

    // In rows of jobs, colours show which processor a job ran on, where there are several.
    private static bool LanesTellMore(IReadOnlyList<GanttSegment> segments)
    {
        bool severalLanes = false, differ = false;
        foreach (GanttSegment segment in segments)
        {
            severalLanes |= segment.Lane != segments[0].Lane;
            differ |= segment.Lane != segment.Label;
        }
        return severalLanes && differ;
    }

    private static string QueueName(int? queue) => queue is { } number ? FormattableString.Invariant($"Queue {number}") : "No queue";

    private static (double First, double Last) RangeOf(IReadOnlyList<GanttSegment> segments)
    {
        if (segments.Count == 0)
        {
            return (0, 0);
        }
        (double first, double last) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (GanttSegment segment in segments)
        {
            if (!double.IsFinite(segment.Start) || !double.IsFinite(segment.End))
            {
                throw Invalid(segment, "has a time that is no finite number");
            }
            if (segment.End < segment.Start)
            {
                throw Invalid(segment, "ends before it begins");
            }
            (first, last) = (Math.Min(first, segment.Start), Math.Max(last, segment.End));
            // Seconds may become microseconds.
            if (!double.IsFinite((last - first) * 1e6))
            {
                throw Invalid(segment, "is too far from the others for one axis");
            }
        }
        return (first, last);
    }

    private static NetException Invalid(GanttSegment segment, string fault) =>
        new(NetError.InvalidArgument, $"The segment '{segment}' {fault}. A bar needs a Start and an End that is not before it.", segment);
}
