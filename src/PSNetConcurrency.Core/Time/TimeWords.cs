using System.Globalization;

namespace PSNetConcurrency;

/// <summary>Short durations in words: 12.3 µs, 4.56 ms, 7.890 s, 00:01:30.000, and 2.50 d from a day on.</summary>
public static class TimeWords
{
    /// <summary>The duration in words.</summary>
    public static string Of(TimeSpan time)
    {
        double seconds = Math.Abs(time.TotalSeconds);
        string sign = time < TimeSpan.Zero ? "-" : "";
        return seconds switch
        {
            0 => "0 s",
            < 0.001 => string.Create(CultureInfo.CurrentCulture, $"{sign}{seconds * 1e6:0.0} µs"),
            < 1 => string.Create(CultureInfo.CurrentCulture, $"{sign}{seconds * 1e3:0.000} ms"),
            < 60 => string.Create(CultureInfo.CurrentCulture, $"{sign}{seconds:0.000} s"),
            < 86_400 => sign + time.Duration().ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.CurrentCulture, $"{time.TotalDays:0.00} d"),
        };
    }

    /// <summary>The same, with the sign also where it is above 0.</summary>
    public static string WithSign(TimeSpan time) => (time > TimeSpan.Zero ? "+" : "") + Of(time);
}
