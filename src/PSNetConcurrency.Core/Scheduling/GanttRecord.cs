namespace PSNetConcurrency.Core.Scheduling;

/// <summary>What ran where and when: kept as long as there are no more segments than wanted, then dropped as a whole.</summary>
internal sealed class GanttRecord(SchedulerPlan plan)
{
    /// <summary>What a segment says in which a processor changes over.</summary>
    public const string SwitchLabel = "switch";

    private readonly int _limit = plan.Options.GanttLimit;
    private readonly int[] _last = [.. Enumerable.Repeat(-1, plan.Options.GanttLimit > 0 ? plan.Options.ProcessorCount : 0)];
    private List<Segment>? _segments = plan.Options.GanttLimit > 0 ? [] : null;

    /// <summary>Whether there is a chart to draw; not where there were too many segments, or none were wanted.</summary>
    public bool IsKept => _segments is not null;

    /// <summary>A job ran, or (job negative) a processor changed over. What continues the processor's last segment is joined to it.</summary>
    public void Add(int processor, int job, long from, long to, int? queue)
    {
        if (_segments is null || to <= from)
        {
            return;
        }
        int last = _last[processor];
        if (last >= 0 && _segments[last] is var s && s.Job == job && s.To == from && s.Queue == queue)
        {
            _segments[last] = s with { To = to };
            return;
        }
        if (_segments.Count == _limit)
        {
            _segments = null;
            return;
        }
        _last[processor] = _segments.Count;
        _segments.Add(new Segment(processor, job, from, to, queue));
    }

    public GanttSegment[] ToArray()
    {
        string[] lanes = [.. Enumerable.Range(0, plan.Options.ProcessorCount).Select(p => FormattableString.Invariant($"CPU {p}"))];
        return _segments is null ? [] : [.. _segments.OrderBy(s => s.From).ThenBy(s => s.Processor).Select(s =>
            new GanttSegment(lanes[s.Processor], s.Job < 0 ? SwitchLabel : plan.Names[s.Job], plan.Scale.ToTime(s.From), plan.Scale.ToTime(s.To)) { Queue = s.Queue, IsOverhead = s.Job < 0 })];
    }

    private readonly record struct Segment(int Processor, int Job, long From, long To, int? Queue);
}
