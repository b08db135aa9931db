using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// Reads calendar expressions as systemd.time(7) describes them: [weekdays] [date] [time] [zone], or a word such as daily, or
/// @ and a Unix time. What it refuses it tells with the place.
/// </summary>
internal ref partial struct CalendarParser
{
    private const int MostTerms = 240;

    private static readonly string[] DayNames = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;

    // In the order of the week that ranges have.
    private static readonly DayOfWeek[] Week =
        [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday, DayOfWeek.Saturday, DayOfWeek.Sunday];

    private static readonly Dictionary<string, string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["minutely"] = "*-*-* *:*:00",
        ["hourly"] = "*-*-* *:00:00",
        ["daily"] = "*-*-* 00:00:00",
        ["weekly"] = "Mon *-*-* 00:00:00",
        ["monthly"] = "*-*-01 00:00:00",
        ["quarterly"] = "*-01,04,07,10-01 00:00:00",
        ["semiannually"] = "*-01,07-01 00:00:00",
        ["semi-annually"] = "*-01,07-01 00:00:00",
        ["biannually"] = "*-01,07-01 00:00:00",
        ["bi-annually"] = "*-01,07-01 00:00:00",
        ["yearly"] = "*-01-01 00:00:00",
        ["annually"] = "*-01-01 00:00:00",
        ["anually"] = "*-01-01 00:00:00",
    };

    private readonly string _given;
    private readonly string _text;
    private int _at;

    private CalendarParser(string given, string text) => (_given, _text) = (given, text);

    private readonly char Current => _at < _text.Length ? _text[_at] : '\0';

    /// <exception cref="NetException"><see cref="NetError.InvalidSchedule"/>; the message tells where.</exception>
    public static CalendarExpression Parse(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        (string text, TimeZoneInfo? zone) = CutZone(expression);
        if (Words.TryGetValue(text, out string? written))
        {
            text = written;
        }
        if (text.StartsWith('@'))
        {
            return FromUnixTime(expression, text, zone);
        }
        CalendarParser parser = new(expression, text);
        return parser.Read() with { Zone = zone };
    }

    // The last word, where it begins with a letter and is no weekday.
    private static (string Text, TimeZoneInfo? Zone) CutZone(string expression)
    {
        int blank = expression.LastIndexOf(' ');
        if (blank <= 0 || blank + 1 >= expression.Length || !char.IsAsciiLetter(expression[blank + 1]))
        {
            return (expression, null);
        }
        string name = expression[(blank + 1)..];
        return ScheduleZone.TryFind(name) is { } zone ? (expression[..blank], zone)
            : throw new NetException(NetError.InvalidSchedule, $"'{expression}' is no calendar expression: at character {blank + 2}, '{name}' is no time zone. Zones are named as in the tz database, such as Europe/Berlin, or UTC.", expression);
    }

    private static CalendarExpression FromUnixTime(string given, string text, TimeZoneInfo? zone)
    {
        if (zone is not null || !decimal.TryParse(text.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds)
            || seconds >= (decimal)(new DateTime(CalendarExpression.LastYear + 1, 1, 1) - DateTime.UnixEpoch).TotalSeconds)
        {
            throw new NetException(NetError.InvalidSchedule, $"'{given}' is no calendar expression: behind @ stand the seconds since 1970, before the year {CalendarExpression.LastYear + 1}.", given);
        }
        DateTime time = DateTime.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return new CalendarExpression
        {
            Year = Single(time.Year),
            Month = Single(time.Month),
            Day = Single(time.Day),
            Hour = Single(time.Hour),
            Minute = Single(time.Minute),
            Second = Single((int)(time.Ticks % TimeSpan.TicksPerMinute / TimeSpan.TicksPerMicrosecond)),
            Zone = TimeZoneInfo.Utc,
        };
    }

    private static CalendarField Single(int value) => new([new CalendarTerm(value, value, 0)]);

    private CalendarExpression Read()
    {
        CalendarExpression result = new() { Hour = Single(0), Minute = Single(0), Second = Single(0) };
        if (_text.Length == 0)
        {
            throw Wrong("it is empty");
        }
        if (char.IsAsciiLetter(Current))
        {
            result = result with { Weekdays = ReadWeekdays() };
            if (_at == _text.Length)
            {
                return result;
            }
            SkipBlanks();
        }
        // A date has - or ~, a time has a colon.
        ReadOnlySpan<char> rest = _text.AsSpan(_at);
        int blank = rest.IndexOf(' ');
        if (rest[..(blank < 0 ? rest.Length : blank)].IndexOf(':') < 0)
        {
            result = ReadDate(result);
            if (_at == _text.Length)
            {
                return result;
            }
            SkipBlanks();
        }
        result = ReadTime(result);
        return _at == _text.Length ? result : throw Wrong($"'{_text[_at..]}' is too much");
    }

    private CalendarExpression ReadDate(CalendarExpression result)
    {
        int firstAt = _at;
        CalendarField first = ReadField();
        char separator = Separator('-', '~');
        int secondAt = _at;
        CalendarField second = ReadField();
        if (Current is not ('-' or '~'))
        {
            // Two parts are month and day.
            return result with { Month = Checked(first, 1, 12, firstAt, "month"), Day = Days(second, separator, secondAt), DaysFromEnd = separator == '~' };
        }
        if (separator == '~')
        {
            throw Wrong("~ stands between month and day, and here it is between year and month");
        }
        separator = Separator('-', '~');
        int thirdAt = _at;
        return result with
        {
            Year = Checked(new CalendarField([.. first.Terms.Select(FullYear)]), CalendarExpression.FirstYear, CalendarExpression.LastYear, firstAt, "year"),
            Month = Checked(second, 1, 12, secondAt, "month"),
            Day = Days(ReadField(), separator, thirdAt),
            DaysFromEnd = separator == '~',
        };
    }

    // Counted from the end, only those that each month has; an open entry goes on to the month's last day, whichever it is.
    private readonly CalendarField Days(CalendarField field, char separator, int at) => separator != '~' ? Checked(field, 1, 31, at, "day")
        : new([.. Checked(field, 1, 28, at, "day before a month's end", fromEnd: true).Terms.Select(t => t.Stop == int.MaxValue ? t with { Stop = -1 } : t)]);

    // As it was usual: 70 to 99 are of the last century.
    private static CalendarTerm FullYear(CalendarTerm term) => term with { Start = FullYear(term.Start), Stop = term.Stop == int.MaxValue ? term.Stop : FullYear(term.Stop) };

    private static int FullYear(int year) => year < 70 ? 2000 + year : year < 100 ? 1900 + year : year;

    private CalendarExpression ReadTime(CalendarExpression result)
    {
        int at = _at;
        CalendarField hour = Checked(ReadField(), 0, 23, at, "hour");
        Separator(':', ':');
        at = _at;
        CalendarField minute = Checked(ReadField(), 0, 59, at, "minute");
        if (Current != ':')
        {
            return result with { Hour = hour, Minute = minute };
        }
        at = ++_at;
        CalendarField second = Checked(ReadField(CalendarExpression.MicrosPerSecond), 0, (60 * CalendarExpression.MicrosPerSecond) - 1, at, "second", CalendarExpression.MicrosPerSecond);
        return result with { Hour = hour, Minute = minute, Second = second };
    }

    private int ReadWeekdays()
    {
        int days = 0;
        while (true)
        {
            int first = ReadWeekday(), last = first;
            if (Current == '.' || Current == '-')
            {
                _at += Current == '-' ? 1 : _text.AsSpan(_at).StartsWith("..") ? 2 : throw Wrong("a range has two points");
                int at = _at;
                last = ReadWeekday();
                if (last < first)
                {
                    throw Wrong($"the range of weekdays ends before it begins; weeks begin with Monday, so write it in two, as Fri..Sun,Mon", at);
                }
            }
            for (int i = first; i <= last; i++)
            {
                days |= 1 << (int)Week[i];
            }
            if (Current != ',')
            {
                break;
            }
            _at++;
            if (Current is '\0' or ' ')
            {
                break;
            }
        }
        return Current is '\0' or ' ' ? days : throw Wrong($"'{_text[_at..]}' can't stand behind weekdays");
    }

    private int ReadWeekday()
    {
        int at = _at;
        while (char.IsAsciiLetter(Current))
        {
            _at++;
        }
        string name = _text[at.._at];
        int day = Array.FindIndex(Week, d => name.Equals(DayNames[(int)d], StringComparison.OrdinalIgnoreCase) || name.Equals(DayNames[(int)d][..3], StringComparison.OrdinalIgnoreCase));
        return day >= 0 ? day : throw Wrong($"'{name}' is no weekday, as Mon or Monday is, and no word such as daily", at);
    }
}
