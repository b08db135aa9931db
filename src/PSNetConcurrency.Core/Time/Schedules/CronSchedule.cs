using Cronos;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// A cron expression of five fields, of six with seconds before them, or a macro such as @daily, as the library Cronos reads it.
/// Where clocks are set forward, a fixed time that is left out happens right after; where they are set back, it happens once, and intervals go on.
/// </summary>
internal sealed class CronSchedule : Schedule
{
    private static readonly char[] Blanks = [' ', '\t'];
    private readonly CronExpression _cron;

    /// <exception cref="NetException"><see cref="NetError.InvalidSchedule"/></exception>
    public CronSchedule(string expression, TimeZoneInfo zone) : base(expression.Trim(), zone)
    {
        Fields = Expression.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        if (Fields is not ([['@', ..]] or { Length: 5 or 6 }))
        {
            throw Invalid(expression, $"it has {Fields.Length} fields, and cron has 5 (minute, hour, day, month, weekday), or 6 with the second before them");
        }
        try
        {
            _cron = CronExpression.Parse(Expression, Fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
        }
        catch (Exception e) when (e is FormatException or MissingSeedException)
        {
            throw Invalid(expression, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Its fields, or the one macro.</summary>
    public string[] Fields { get; }

    private protected override DateTimeOffset? Find(DateTimeOffset after)
    {
        // The library knows no later years.
        return after.UtcDateTime.Year >= 2099 ? null : _cron.GetNextOccurrence(after, Zone);
    }

    private static NetException Invalid(string expression, string what, Exception? inner = null) =>
        new(NetError.InvalidSchedule, $"'{expression}' is no cron expression: {what}.", expression, inner);
}
