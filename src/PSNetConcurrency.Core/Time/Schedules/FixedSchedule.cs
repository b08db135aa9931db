using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>Given instants, each once.</summary>
internal sealed class FixedSchedule(IEnumerable<DateTimeOffset> instants, TimeZoneInfo zone) : Schedule(Describe(instants, zone), zone)
{
    private readonly DateTimeOffset[] _instants = [.. instants.Distinct().Order()];

    public IReadOnlyList<DateTimeOffset> Instants => _instants;

    private protected override DateTimeOffset? Find(DateTimeOffset after)
    {
        int at = Array.BinarySearch(_instants, after);
        at = at < 0 ? ~at : at + 1;
        return at < _instants.Length ? _instants[at] : null;
    }

    private static string Describe(IEnumerable<DateTimeOffset> instants, TimeZoneInfo zone) =>
        string.Join(", ", instants.Select(i => TimeZoneInfo.ConvertTime(i, zone).ToString("yyyy-MM-dd HH:mm:ss.FFFzzz", CultureInfo.InvariantCulture)));
}

/// <summary>Every so often from an instant on, which itself is none of them. It runs by elapsed time: daylight saving does not touch it.</summary>
internal sealed class IntervalSchedule : Schedule
{
    public IntervalSchedule(TimeSpan every, DateTimeOffset anchor, TimeZoneInfo zone) : base($"every {every:c}", zone)
    {
        if (every < TimeSpan.FromMilliseconds(1))
        {
            throw new NetException(NetError.InvalidSchedule, $"Every {every.TotalSeconds} s is no interval: a millisecond is the least.", every);
        }
        (Every, Anchor) = (every, anchor);
    }

    public TimeSpan Every { get; }

    public DateTimeOffset Anchor { get; }

    /// <summary>The same from another instant on.</summary>
    public IntervalSchedule From(DateTimeOffset anchor) => new(Every, anchor, Zone);

    private protected override DateTimeOffset? Find(DateTimeOffset after)
    {
        long steps = after < Anchor ? 1 : ((after - Anchor).Ticks / Every.Ticks) + 1;
        Int128 ticks = Anchor.UtcTicks + ((Int128)steps * Every.Ticks);
        return ticks <= DateTimeOffset.MaxValue.UtcTicks - TimeSpan.TicksPerDay ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : null;
    }
}
