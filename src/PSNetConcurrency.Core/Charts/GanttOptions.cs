namespace PSNetConcurrency.Core.Charts;

/// <summary>What charts are made of: bars, what to call them, and whether their times are known to be seconds.</summary>
internal sealed record GanttSource(string Title, IReadOnlyList<GanttSegment> Segments, bool IsSeconds);

/// <summary>How they are laid out.</summary>
internal sealed record GanttOptions
{
    public GanttGrouping By { get; init; }

    /// <summary>The unit to show; Auto chooses one for seconds, and none for what is no known unit.</summary>
    public string Unit { get; init; } = TimeUnit.Auto;

    /// <summary>Whether all charts have the same axis, so that equal lengths are equal times.</summary>
    public bool SameScale { get; init; }
}
