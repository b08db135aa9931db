using System.Globalization;

namespace PSNetConcurrency.Core.Charts;

/// <summary>The axis of times: where it begins and ends, and round numbers on it.</summary>
internal sealed class TimeAxis(double begin, double end, string unit)
{
    // A step of the axis has so many digits behind the first at most; what is finer is noise of the arithmetic.
    private const int MostDecimals = 9;

    public double Begin { get; } = begin;

    public double End { get; } = end > begin ? end : begin + 1;

    public string Unit { get; } = unit;

    public double Range => End - Begin;

    /// <summary>The axis of bars from <paramref name="first"/> to <paramref name="last"/>: from 0, unless that would leave most of it empty.</summary>
    public static TimeAxis Of(double first, double last, string unit) => new(first >= 0 && first <= last - first ? 0 : first, last, unit);

    /// <summary>Where a moment lies, from 0 at the beginning to <paramref name="length"/> at the end.</summary>
    public double Place(double time, double length) => Math.Clamp((time - Begin) / Range * length, 0, length);

    /// <summary>The smallest step of 1, 2 or 5 times a power of ten that needs no more than <paramref name="most"/> steps.</summary>
    public double Step(int most)
    {
        double least = Range / Math.Max(1, most);
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        // The logarithm may be off by a hair.
        double tolerance = 1 + 1e-9;
        return least <= power * tolerance ? power : least <= 2 * power * tolerance ? 2 * power : least <= 5 * power * tolerance ? 5 * power : 10 * power;
    }

    /// <summary>The moments at which a step ends, in order.</summary>
    public IReadOnlyList<double> Ticks(double step)
    {
        List<double> ticks = [];
        double first = Math.Ceiling((Begin / step) - 1e-9);
        int count = (int)Math.Min(1000, Math.Floor(((End - (first * step)) / step) + 1e-9) + 1);
        for (int i = 0; i < count; i++)
        {
            ticks.Add((first + i) * step);
        }
        return ticks;
    }

    /// <summary>The number at a tick, with the decimals that the step needs.</summary>
    public static string Format(double tick, double step)
    {
        int decimals = (int)Math.Max(0, -Math.Floor(Math.Log10(step) + 1e-9));
        return decimals > MostDecimals || Math.Abs(tick) >= 1e15
            ? tick.ToString("G6", CultureInfo.InvariantCulture)
            : (Math.Round(tick, decimals) + 0d).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>A moment or a length to four digits, and its unit.</summary>
    public string Exact(double value) => WithUnit(Number(value));

    public string WithUnit(string number) => Unit.Length == 0 ? number : $"{number} {Unit}";

    public static string Number(double value)
    {
        double size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            >= 1e15 or < 1e-6 => value.ToString("G4", CultureInfo.InvariantCulture),
            >= 1000 => value.ToString("0.#", CultureInfo.InvariantCulture),
            >= 1 => value.ToString("0.###", CultureInfo.InvariantCulture),
            _ => value.ToString("0.######", CultureInfo.InvariantCulture),
        };
    }
}
