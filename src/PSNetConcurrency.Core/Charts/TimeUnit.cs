namespace PSNetConcurrency.Core.Charts;

/// <summary>A unit of time: its name on the axis, and how many of it are one of the unit that the bars have.</summary>
internal readonly record struct TimeUnit(string Name, double Factor)
{
    public const string Auto = "Auto";

    private static readonly TimeUnit[] OfSecond = [new("µs", 1e6), new("ms", 1e3), new("s", 1), new("min", 1d / 60), new("h", 1d / 3600)];

    /// <summary>
    /// Seconds are converted to the unit that <paramref name="word"/> names, or that suits <paramref name="range"/>; a word that is
    /// no such unit is put on the axis as it is. Times of an unknown unit are never converted.
    /// </summary>
    public static TimeUnit Of(string word, bool isSeconds, double range)
    {
        bool isAuto = word.Equals(Auto, StringComparison.OrdinalIgnoreCase);
        if (!isSeconds)
        {
            return new TimeUnit(isAuto ? "" : Cells.Name(word), 1);
        }
        if (isAuto)
        {
            return OfSecond[range switch { 0 => 2, < 1e-3 => 0, < 1 => 1, < 600 => 2, < 36000 => 3, _ => 4 }];
        }
        int known = Array.FindIndex(OfSecond, u => u.Name.Equals(word == "us" ? "µs" : word, StringComparison.OrdinalIgnoreCase));
        return known >= 0 ? OfSecond[known] : new TimeUnit(Cells.Name(word), 1);
    }
}
