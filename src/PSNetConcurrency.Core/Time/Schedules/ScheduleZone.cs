using System.Security;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>Time zones by name, and what a local time is in one.</summary>
internal static class ScheduleZone
{
    private const int LongestName = 64;

    /// <summary>The zone with a name of the tz database, such as Europe/Berlin, or of Windows; UTC and Local in whatever case.</summary>
    /// <exception cref="NetException"><see cref="NetError.TimeZoneNotFound"/></exception>
    public static TimeZoneInfo Find(string name) => TryFind(name)
        ?? throw new NetException(NetError.TimeZoneNotFound, $"There is no time zone '{name}'. Use a name of the tz database such as Europe/Berlin or America/New_York, or UTC.", name);

    public static TimeZoneInfo? TryFind(string name)
    {
        if (name.Equals("UTC", StringComparison.OrdinalIgnoreCase))
        {
            return TimeZoneInfo.Utc;
        }
        if (name.Equals("Local", StringComparison.OrdinalIgnoreCase))
        {
            return TimeZoneInfo.Local;
        }
        // Names become paths of files: only what names are made of.
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || " _+-/().".Contains(c, StringComparison.Ordinal)) || name.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }
        try
        {
            TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            // Whether the case matters depends on what was looked up before; elsewhere it does.
            return zone.Id.Equals(name, StringComparison.OrdinalIgnoreCase) && zone.Id != name ? null : zone;
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// The instant at which a zone's clocks show a time: of two (clocks were set back) the first. None where clocks jump over it;
    /// then <paramref name="gapEnd"/> is what they show behind the jump.
    /// </summary>
    public static DateTime? ToUtc(TimeZoneInfo zone, DateTime local, out DateTime gapEnd)
    {
        // No zone is further away, and none changes twice within so short a time.
        DateTime before = Shift(local, -TimeSpan.FromDays(1)), after = Shift(local, TimeSpan.FromDays(1));
        TimeSpan early = zone.GetUtcOffset(before), late = zone.GetUtcOffset(after);
        gapEnd = default;
        foreach (TimeSpan offset in new[] { early, late })
        {
            DateTime utc = Shift(local, -offset);
            if (zone.GetUtcOffset(utc) == offset)
            {
                return utc;
            }
        }
        while (after - before > TimeSpan.FromTicks(1))
        {
            DateTime middle = before + ((after - before) / 2);
            (before, after) = zone.GetUtcOffset(middle) == late ? (before, middle) : (middle, after);
        }
        gapEnd = DateTime.SpecifyKind(after + late, DateTimeKind.Unspecified);
        return null;
    }

    /// <summary>The second of the two instants at which clocks that are set back show a time; null where they do not.</summary>
    public static DateTime? Again(TimeZoneInfo zone, DateTime local)
    {
        TimeSpan early = zone.GetUtcOffset(Shift(local, -TimeSpan.FromDays(1))), late = zone.GetUtcOffset(Shift(local, TimeSpan.FromDays(1)));
        DateTime first = Shift(local, -early), second = Shift(local, -late);
        return second > first && zone.GetUtcOffset(first) == early && zone.GetUtcOffset(second) == late ? second : null;
    }

    private static DateTime Shift(DateTime local, TimeSpan by) => new(Math.Clamp(local.Ticks + by.Ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
}
