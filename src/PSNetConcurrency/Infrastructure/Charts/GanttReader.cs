using System.Management.Automation;
using PSNetConcurrency.Core.Charts;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Charts;

/// <summary>
/// Finds the bars in what comes: results are charts of their own, segments that come one by one are one chart together, and so is
/// what began and ended on the clock.
/// </summary>
internal sealed class GanttReader
{
    private static readonly (string Start, string End)[] Spans = [("Start", "End"), ("StartTime", "ExitTime"), ("StartTime", "EndTime"), ("PSBeginTime", "PSEndTime")];
    private static readonly string[] Ends = ["Start", "End"];
    private static readonly string[] Titles = ["Title", "Policy", "Strategy", "Era", "Mode", "Name"];

    private readonly List<Func<DateTimeOffset, GanttSource>> _sources = [];
    private List<GanttSegment>? _segments;
    private List<(string Name, string Id, string Label, DateTimeOffset Start, DateTimeOffset? End)>? _moments;

    /// <summary>What was left out because it had not been started.</summary>
    public List<string> NotStarted { get; } = [];

    /// <exception cref="NetException">NotChartable: the object has no times.</exception>
    public void Add(PSObject item)
    {
        if (item.BaseObject is GanttSegment segment)
        {
            Segments.Add(segment);
        }
        else if (ObjectReader.List(ObjectReader.Get(item, "Gantt")) is { } bars)
        {
            AddResult(item, bars);
        }
        else if (ObjectReader.List(ObjectReader.Get(item, "Timeline")) is { } timeline)
        {
            AddResult(item, timeline);
        }
        else if (ReadSegment(item) is { } read)
        {
            Segments.Add(read);
        }
        else if (ObjectReader.List(item) is { } list)
        {
            foreach (PSObject one in list)
            {
                Add(one);
            }
        }
        else if (!AddSpan(item))
        {
            throw NotChartable(item);
        }
    }

    /// <summary>The charts to draw, in the order in which the first of each came. What still runs is drawn up to <paramref name="now"/>.</summary>
    public IReadOnlyList<GanttSource> Sources(DateTimeOffset now) => [.. _sources.Select(s => s(now))];

    private List<GanttSegment> Segments
    {
        get
        {
            if (_segments is null)
            {
                List<GanttSegment> segments = _segments = [];
                _sources.Add(_ => new GanttSource("", segments, IsSeconds: false));
            }
            return _segments;
        }
    }

    private void AddResult(PSObject result, IReadOnlyList<PSObject> bars)
    {
        GanttSegment[] segments = [.. bars.Select(b => b.BaseObject as GanttSegment ?? ReadSegment(b) ?? throw NotChartable(b))];
        string title = Titles.Select(t => ObjectReader.Text(result, t)).FirstOrDefault(t => !string.IsNullOrEmpty(t)) ?? "";
        // What was measured tells how long it took by the clock; what was simulated has a time of its own.
        bool isSeconds = ObjectReader.Get(result, "Elapsed") is TimeSpan;
        _sources.Add(_ => new GanttSource(title, segments, isSeconds));
    }

    private static GanttSegment? ReadSegment(PSObject item)
    {
        if (ObjectReader.As<double>(ObjectReader.Get(item, "Start")) is not { } start || ObjectReader.As<double>(ObjectReader.Get(item, "End")) is not { } end)
        {
            return null;
        }
        string? label = ObjectReader.Text(item, "Label"), lane = ObjectReader.Text(item, "Lane");
        label ??= ObjectReader.Text(item, "Name") ?? lane ?? "";
        return new GanttSegment(lane ?? label, label, start, end)
        {
            Queue = ObjectReader.Get(item, "Queue") is { } queue and not "" ? ObjectReader.As<int>(queue) : null,
            IsOverhead = ObjectReader.As<bool>(ObjectReader.Get(item, "IsOverhead") is string text ? text.Equals("True", StringComparison.OrdinalIgnoreCase) : ObjectReader.Get(item, "IsOverhead")) ?? false,
        };
    }

    private bool AddSpan(PSObject item)
    {
        // Of two pairs with the same beginning, the one that has its end.
        (string Start, string End)[] spans = [.. Spans.Where(s => ObjectReader.Has(item, s.Start) && ObjectReader.Has(item, s.End)).OrderBy(s => ObjectReader.Get(item, s.End) is null)];
        if (spans.Length == 0)
        {
            return false;
        }
        string name = ObjectReader.Text(item, "Lane") ?? ObjectReader.Text(item, "Name") ?? "";
        object? began = ObjectReader.Get(item, spans[0].Start);
        if (ObjectReader.Moment(began) is not { } start)
        {
            if (began is null)
            {
                NotStarted.Add(name);
            }
            return began is null;
        }
        DateTimeOffset? end = ObjectReader.Moment(ObjectReader.Get(item, spans[0].End));
        string label = ObjectReader.Text(item, "Label") ?? ObjectReader.Text(item, "State") ?? (end is null ? "Running" : name);
        Moments.Add((name, ObjectReader.Text(item, "ProcessId") ?? ObjectReader.Text(item, "Id") ?? "", label, start, end));
        return true;
    }

    private List<(string Name, string Id, string Label, DateTimeOffset Start, DateTimeOffset? End)> Moments
    {
        get
        {
            if (_moments is null)
            {
                _moments = [];
                _sources.Add(ByClock);
            }
            return _moments;
        }
    }

    private GanttSource ByClock(DateTimeOffset now)
    {
        DateTimeOffset first = _moments!.Min(m => m.Start);
        HashSet<string> several = [.. _moments!.GroupBy(m => m.Name).Where(g => g.Skip(1).Any()).Select(g => g.Key)];
        double Since(DateTimeOffset moment) => (moment - first).TotalSeconds;
        return new GanttSource("", [.. _moments!.Select(m =>
        {
            // The clock may have been set back meanwhile.
            double start = Since(m.Start), end = Math.Max(start, Since(m.End ?? now));
            string lane = several.Contains(m.Name) && m.Id.Length > 0 ? $"{m.Name} ({m.Id})" : m.Name;
            return new GanttSegment(lane, m.Label, start, end);
        })], IsSeconds: true);
    }

    private static NetException NotChartable(PSObject item)
    {
        string type = item.TypeNames.Count > 0 ? item.TypeNames[0] : item.BaseObject.GetType().FullName ?? "";
        string? misread = Ends.FirstOrDefault(n => ObjectReader.Get(item, n) is string { Length: > 0 } text && !NumberReader.TryRead(text, out _) && ObjectReader.Moment(text) is null);
        return new NetException(NetError.NotChartable, misread is not null ? $"The {misread} of a {type} is '{ObjectReader.Text(item, misread)}', which is neither a number nor a time. {NumberReader.Hint}"
            : $"A {type} has no times to draw: give results with a property Gantt or Timeline, objects with Lane, Label, Start and End, or child processes.", item);
    }
}
