using System.Globalization;

namespace PSNetConcurrency;

/// <summary>Short durations in words: 12.3 µs, 4.56 ms, 7.89 s, or as TimeSpan prints them from a minute on.</summary>
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
            _ => time.ToString("c", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The same, with the sign also where it is above 0.</summary>
    public static string WithSign(TimeSpan time) => (time > TimeSpan.Zero ? "+" : "") + Of(time);
}
