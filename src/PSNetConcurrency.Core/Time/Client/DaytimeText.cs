using System.Globalization;
using System.Text.RegularExpressions;

namespace PSNetConcurrency.Core.Time;

/// <summary>What a line of RFC 867 told.</summary>
internal enum DaytimeReading
{
    Understood,

    /// <summary>It is no date and time.</summary>
    NotUnderstood,

    /// <summary>It is a date and time, and does not say where.</summary>
    NoTimeZone,

    /// <summary>It says itself that it may be wrong.</summary>
    Unhealthy,
}

/// <summary>Reads the text of RFC 867, for which there is no format: the forms that servers use.</summary>
internal static partial class DaytimeText
{
    public static DaytimeReading Parse(string text, out long utcTicks)
    {
        utcTicks = 0;
        string line = text.Trim('\r', '\n', ' ', '\0');
        if (Nist().Match(line) is { Success: true } nist)
        {
            return !TryRead("20" + nist.Groups["time"].Value, out utcTicks) ? DaytimeReading.NotUnderstood
                : nist.Groups["health"].Value is "0" or "1" ? DaytimeReading.Understood : DaytimeReading.Unhealthy;
        }
        Match zone = Zone().Match(line);
        if (!TryRead(zone.Success ? line.Remove(zone.Index, zone.Length) : line, out long local))
        {
            // "Tue Feb 22 17:37:43 PST 1982": a name of a zone is no offset, as several share it.
            return TryRead(ZoneName().Replace(line, ""), out _) ? DaytimeReading.NoTimeZone : DaytimeReading.NotUnderstood;
        }
        if (!zone.Success)
        {
            return DaytimeReading.NoTimeZone;
        }
        utcTicks = local;
        if (zone.Groups["sign"].Success)
        {
            int minutes = (60 * int.Parse(zone.Groups["hours"].Value, CultureInfo.InvariantCulture)) + int.Parse(zone.Groups["minutes"].Value, CultureInfo.InvariantCulture);
            utcTicks -= (zone.Groups["sign"].Value == "-" ? -1 : 1) * minutes * TimeSpan.TicksPerMinute;
        }
        return DaytimeReading.Understood;
    }

    private static bool TryRead(string text, out long ticks)
    {
        // That of ctime, which the general reading does not know.
        string[] ctime = ["ddd MMM d HH:mm:ss yyyy"];
        bool read = DateTime.TryParseExact(text, ctime, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out DateTime time)
            || (Clock().IsMatch(text) && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.NoCurrentDateDefault, out time));
        ticks = time.Ticks;
        return read && time.Year > 1;
    }

    // 60270 23-11-22 14:05:09 00 0 0 123.4 UTC(NIST) *
    [GeneratedRegex(@"^\d{5,6} (?<time>\d\d-\d\d-\d\d \d\d:\d\d:\d\d) \d\d \d (?<health>\d) +[\d.]+ UTC\(\w+\) ?[*#]?$", RegexOptions.CultureInvariant)]
    private static partial Regex Nist();

    [GeneratedRegex(@"\b(UTC|GMT)\b|(?<=:\d\d(\.\d+)?)Z\b|(?<=:\d\d(\.\d+)?) ?(?<sign>[+-])(?<hours>\d\d):?(?<minutes>[0-5]\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Zone();

    [GeneratedRegex(@"(?<=:\d\d)[ -][A-Z]{3,5}\b", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneName();

    [GeneratedRegex(@"\d\d:\d\d:\d\d", RegexOptions.CultureInvariant)]
    private static partial Regex Clock();
}
