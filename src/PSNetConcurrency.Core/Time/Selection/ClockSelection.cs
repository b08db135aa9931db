using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>Finds the true offset among those that servers told, and the servers that lie. Where no majority agrees it is an error, never a guess.</summary>
public static class ClockSelection
{
    // MAXDIST of RFC 5905: a stratum weighs as much as such a distance.
    private static readonly TimeSpan StratumWeight = TimeSpan.FromSeconds(1);

    /// <summary>Judges what servers told.</summary>
    /// <param name="times">What they told, usable or not.</param>
    /// <param name="algorithm">How the offset is found.</param>
    /// <param name="minimumSource">How many must agree at least, beside being a majority.</param>
    /// <exception cref="NetException"><see cref="NetError.NotEnoughSources"/> or <see cref="NetError.NoMajority"/>; the message names each server.</exception>
    public static ClockOffset Select(IReadOnlyList<NetworkTime> times, ClockAlgorithm algorithm, int minimumSource)
    {
        ArgumentNullException.ThrowIfNull(times);
        NetworkTime[] told = WithoutDuplicates(times);
        NetworkTime[] usable = [.. told.Where(t => t.IsUsable)], unusable = [.. told.Where(t => !t.IsUsable)];
        if (usable.Length < Math.Max(1, minimumSource))
        {
            throw TooFew(usable.Length, "tell a time that can be used");
        }
        OffsetInterval[] intervals = [.. usable.Select(t => t.Interval!)];
        TimeSpan median = Median(usable);
        ClockIntersection? found = algorithm switch
        {
            ClockAlgorithm.Marzullo => ClockIntersection.Marzullo(intervals),
            ClockAlgorithm.Median => Around(median, intervals),
            _ => ClockIntersection.Rfc5905(intervals),
        };
        if (found is not { } common || 2 * common.Count <= usable.Length)
        {
            throw new NetException(NetError.NoMajority, $"No majority of the {usable.Length} time servers agrees: {string.Join("; ", usable.Select(t => $"{t.Name} has {t.Interval}"))}. More servers may tell who is right.{Failures()}", usable.Select(t => t.Name).ToArray());
        }
        OffsetInterval interval = new(TimeSpan.FromTicks(common.Low), TimeSpan.FromTicks(common.High));
        NetworkTime[] chimers = [.. usable.Where(t => t.Interval!.Overlaps(interval)).OrderBy(Metric)];
        if (chimers.Length < minimumSource)
        {
            throw TooFew(chimers.Length, "agree");
        }
        (NetworkTime[] survivors, NetworkTime[] outliers) = algorithm == ClockAlgorithm.Rfc5905 ? ClockCluster.Prune(chimers) : (chimers, []);
        return new ClockOffset
        {
            Algorithm = algorithm,
            Offset = algorithm switch
            {
                ClockAlgorithm.Marzullo => interval.Middle,
                ClockAlgorithm.Median => median,
                _ => ClockCluster.Combine(survivors),
            },
            Interval = interval,
            Jitter = ClockCluster.JitterOf(survivors[0], survivors),
            Survivor = survivors,
            Outlier = outliers,
            Falseticker = [.. usable.Except(chimers).Select(t => Convict(t, interval, chimers.Length))],
            Unusable = unusable,
        };

        NetException TooFew(int count, string what) => new(NetError.NotEnoughSources,
            $"{count} of {told.Length} time servers {what}, and {Math.Max(1, minimumSource)} must.{Failures()}", told.Select(t => t.Name).ToArray());

        string Failures() => unusable.Length == 0 ? "" : $" Not usable: {string.Join(" ", unusable.Select(t => $"{t.Name}: {t.Problem[0]}"))}";
    }

    /// <summary>Who comes first: the one nearer to a reference clock, of these the one with the smaller distance.</summary>
    internal static TimeSpan Metric(NetworkTime time) => ((time.Stratum ?? 0) * StratumWeight) + time.RootDistance!.Value;

    // A server that is named twice, or by two names, has one voice.
    private static NetworkTime[] WithoutDuplicates(IReadOnlyList<NetworkTime> times)
    {
        Dictionary<(object, TimeServiceKind), NetworkTime> seen = [];
        return [.. times.Select(t => !t.IsUsable || t.RemoteEndPoint is null || seen.TryAdd((t.RemoteEndPoint, t.Protocol), t) ? t
            : t with { Time = null, Offset = null, Problem = [TimeProblem.Of(TimeProblem.Duplicate, $"it is the same server as {seen[(t.RemoteEndPoint, t.Protocol)].Name}, and has one voice.")] })];
    }

    private static TimeSpan Median(NetworkTime[] usable)
    {
        long[] offsets = [.. usable.Select(t => t.Offset!.Value.Ticks).Order()];
        int middle = offsets.Length / 2;
        return TimeSpan.FromTicks(offsets.Length % 2 == 1 ? offsets[middle] : (offsets[middle - 1] + offsets[middle]) / 2);
    }

    private static ClockIntersection? Around(TimeSpan offset, OffsetInterval[] intervals)
    {
        OffsetInterval[] holding = [.. intervals.Where(i => i.Contains(offset))];
        return holding.Length == 0 ? null : new ClockIntersection(holding.Max(i => i.Lower.Ticks), holding.Min(i => i.Upper.Ticks), holding.Length);
    }

    private static Falseticker Convict(NetworkTime time, OffsetInterval common, int agreeing)
    {
        OffsetInterval own = time.Interval!;
        TimeSpan distance = own.Lower > common.Upper ? own.Lower - common.Upper : common.Lower - own.Upper;
        return new Falseticker(time, own, distance, $"its interval {own} is {TimeWords.Of(distance)} {(own.Lower > common.Upper ? "above" : "below")} {common}, on which {agreeing} agree");
    }
}
