using Cronos;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// A cron expression of five fields, of six with seconds before them, or a macro such as @daily, as the library Cronos reads it.
/// Where clocks are set forward, a fixed time that is left out happens right after; where they are set back, it happens once, and intervals go on.
/// A day that a zone leaves out altogether is not made up for.
/// </summary>
internal sealed class CronSchedule : Schedule
{
    private static readonly char[] Blanks = [' ', '\t'];
    private readonly CronExpression _cron;
    private readonly bool _goesOn;

    /// <exception cref="NetException"><see cref="NetError.InvalidSchedule"/></exception>
    public CronSchedule(string expression, TimeZoneInfo zone) : base(expression.Trim(), zone)
    {
        Fields = Expression.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        if (Fields is not ([['@', ..]] or { Length: 5 or 6 }))
        {
            throw Invalid(expression, $"it has {Fields.Length} field{(Fields.Length == 1 ? "" : "s")}, and cron has 5 (minute, hour, day, month, weekday), or 6 with the second before them");
        }
        try
        {
            _cron = CronExpression.Parse(Expression, Fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
        }
        catch (MissingSeedException e)
        {
            throw Invalid(expression, "H is Jenkins's word for a time that it chooses itself, and has no meaning here: give the time, and a splay where many are not to begin at once", e);
        }
        catch (FormatException e)
        {
            throw Invalid(expression, e.Message.TrimEnd('.'), e);
        }
        _goesOn = IsInterval(Fields);
    }

    /// <summary>Its fields, or the one macro.</summary>
    public string[] Fields { get; }

    private protected override DateTimeOffset? Find(DateTimeOffset after)
    {
        if (after.UtcDateTime.Year > CalendarExpression.LastYear)
        {
            return null;
        }
        DateTime local = TimeZoneInfo.ConvertTime(after, Zone).DateTime;
        DateTimeOffset? next = Search(local, after);
        // Clocks that are set back before that show what they have shown once more.
        if (_goesOn && next is { } found && Zone.GetUtcOffset(found) != Zone.GetUtcOffset(after) && ScheduleZone.Again(Zone, local) is { } again && again > after.UtcDateTime)
        {
            DateTimeOffset? repeated = Search(local - (again - after.UtcDateTime), after);
            return repeated < found ? repeated : found;
        }
        return next;
    }

    // The library finds local times only: where it follows a zone it errs at changes that are no daylight saving, up to the instant it searched from.
    private DateTimeOffset? Search(DateTime from, DateTimeOffset after)
    {
        bool inclusive = false;
        while (_cron.GetNextOccurrence(DateTime.SpecifyKind(from, DateTimeKind.Utc), inclusive) is { Year: <= CalendarExpression.LastYear } local)
        {
            DateTime? utc = ScheduleZone.ToUtc(Zone, local, out DateTime gapEnd);
            DateTime instant = utc ?? ScheduleZone.ToUtc(Zone, gapEnd, out _) ?? DateTime.MinValue;
            if (instant > after.UtcDateTime && (utc is not null || !LeavesOutDay(instant)))
            {
                return new DateTimeOffset(instant);
            }
            if (_goesOn && ScheduleZone.Again(Zone, local) is { } again && again > after.UtcDateTime)
            {
                return new DateTimeOffset(again);
            }
            (from, inclusive) = utc is null ? (gapEnd, true) : (local, false);
        }
        return null;
    }

    // As a zone does that moves to the other side of the date line.
    private bool LeavesOutDay(DateTime change) => Zone.GetUtcOffset(change) - Zone.GetUtcOffset(change.AddTicks(-1)) > TimeSpan.FromHours(12);

    // Of the second, minute or hour there are many, at even distances.
    private static bool IsInterval(string[] fields) => fields is [['@', ..] macro]
        ? macro.StartsWith("@every", StringComparison.OrdinalIgnoreCase) || macro.Equals("@hourly", StringComparison.OrdinalIgnoreCase)
        : fields[..^3].Any(f => f.AsSpan().IndexOfAny("*?-/") >= 0);

    private static NetException Invalid(string expression, string what, Exception? inner = null) =>
        new(NetError.InvalidSchedule, $"'{expression}' is no cron expression: {what}.", expression, inner);
}
