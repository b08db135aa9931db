using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>When something is to happen, again and again or a number of times.</summary>
internal abstract class Schedule
{
    private protected Schedule(string expression, TimeZoneInfo zone) => (Expression, Zone) = (expression, zone);

    /// <summary>As a person wrote it, or would.</summary>
    public string Expression { get; }

    /// <summary>Whose clocks and daylight saving it follows, and in which its times are shown.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>The first occurrence after an instant; null where there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => Find(after) is { } next && next > after ? TimeZoneInfo.ConvertTime(next, Zone) : null;

    /// <summary>The occurrences after an instant, in their order.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset from)
    {
        while (Next(from) is { } next)
        {
            yield return next;
            from = next;
        }
    }

    /// <exception cref="NetException"><see cref="NetError.ScheduleNeverElapses"/></exception>
    public DateTimeOffset First(DateTimeOffset after) => Next(after)
        ?? throw new NetException(NetError.ScheduleNeverElapses, string.Create(CultureInfo.InvariantCulture,
            $"'{Expression}' never happens after {TimeZoneInfo.ConvertTime(after, Zone):yyyy-MM-dd HH:mm:ss zzz}. Check its date{(this is FixedSchedule ? ", which is in the past" : ": some months lack some days, and a year may be over")}."), Expression);

    public override string ToString() => Expression;

    private protected abstract DateTimeOffset? Find(DateTimeOffset after);
}
