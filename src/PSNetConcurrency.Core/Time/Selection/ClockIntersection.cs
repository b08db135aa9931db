namespace PSNetConcurrency.Core.Time;

/// <summary>What a majority of intervals has in common. All in ticks.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends.</param>
/// <param name="Count">How many agree at least.</param>
internal readonly record struct ClockIntersection(long Low, long High, int Count)
{
    private const int Lower = -1, Middle = 0, Upper = 1;

    /// <summary>
    /// RFC 5905, A.5.5.1: the smallest number of falsetickers, below half of the sources, with which the others' intervals have
    /// points in common and no more middles than that lie outside. Null where there is no such majority.
    /// </summary>
    public static ClockIntersection? Rfc5905(ReadOnlySpan<OffsetInterval> sources)
    {
        int n = sources.Length;
        (long Edge, int Type)[] edges = Edges(sources, withMiddles: true);
        for (int allowed = 0; 2 * allowed < n; allowed++)
        {
            int outside = 0;
            if (Reach(edges, ascending: true, n - allowed, ref outside) is { } low && Reach(edges, ascending: false, n - allowed, ref outside) is { } high
                && outside <= allowed && high > low)
            {
                return new ClockIntersection(low, high, n - allowed);
            }
        }
        return null;
    }

    /// <summary>Marzullo's algorithm: the first of the smallest intervals that the most sources contain. Null without sources; who wants a majority looks at <see cref="Count"/>.</summary>
    public static ClockIntersection? Marzullo(ReadOnlySpan<OffsetInterval> sources)
    {
        (long Edge, int Type)[] edges = Edges(sources, withMiddles: false);
        ClockIntersection? best = null;
        int count = 0;
        for (int i = 0; i < edges.Length; i++)
        {
            count -= edges[i].Type;
            if (count > (best?.Count ?? 0))
            {
                best = new ClockIntersection(edges[i].Edge, edges[i + 1].Edge, count);
            }
        }
        return best;
    }

    // From one end, to where so many intervals overlap; counts the middles that are passed.
    private static long? Reach((long Edge, int Type)[] edges, bool ascending, int wanted, ref int outside)
    {
        int chime = 0;
        for (int i = 0; i < edges.Length; i++)
        {
            (long edge, int type) = edges[ascending ? i : edges.Length - 1 - i];
            chime += ascending ? -type : type;
            if (chime >= wanted)
            {
                return edge;
            }
            outside += type == Middle ? 1 : 0;
        }
        return null;
    }

    // At one place those that begin come first: ends belong to their intervals.
    private static (long Edge, int Type)[] Edges(ReadOnlySpan<OffsetInterval> sources, bool withMiddles)
    {
        List<(long Edge, int Type)> edges = [];
        foreach (OffsetInterval source in sources)
        {
            edges.Add((source.Lower.Ticks, Lower));
            edges.Add((source.Upper.Ticks, Upper));
            if (withMiddles)
            {
                edges.Add((source.Middle.Ticks, Middle));
            }
        }
        edges.Sort();
        return [.. edges];
    }
}
