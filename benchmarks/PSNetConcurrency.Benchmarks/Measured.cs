using System.Globalization;

namespace PSNetConcurrency.Benchmarks;

/// <summary>What the contenders reached, round by round, so that a ratio is always between two measurements of the same round.</summary>
internal sealed class Measured
{
    private readonly Dictionary<string, List<double>> _values = [];

    public IEnumerable<string> Names => _values.Keys;

    public void Add(string contender, double value)
    {
        if (!_values.TryGetValue(contender, out List<double>? list))
        {
            _values[contender] = list = [];
        }
        list.Add(value);
    }

    /// <summary>What a contender reached, round by round.</summary>
    public IReadOnlyList<double> Of(string contender) => _values.TryGetValue(contender, out List<double>? list) ? list : [];

    /// <summary>The median of the rounds' ratios, in words; a dash where one of the two was not measured.</summary>
    public string Ratio(string contender, string to)
    {
        double ratio = MedianRatio(contender, to);
        return double.IsNaN(ratio) ? "-" : ratio.ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>The least and the most of the rounds' ratios, in words.</summary>
    public string Spread(string contender, string to) => Ratios(contender, to) is [double least, .., double most]
        ? string.Create(CultureInfo.InvariantCulture, $"{least:0.00} - {most:0.00}") : "-";

    public double MedianRatio(string contender, string to)
    {
        double[] ratios = Ratios(contender, to);
        return ratios.Length == 0 ? double.NaN
            : ratios.Length % 2 == 1 ? ratios[ratios.Length / 2]
            : (ratios[(ratios.Length / 2) - 1] + ratios[ratios.Length / 2]) / 2;
    }

    private double[] Ratios(string contender, string to) =>
        _values.TryGetValue(contender, out List<double>? ours) && _values.TryGetValue(to, out List<double>? theirs)
            ? [.. ours.Zip(theirs, (a, b) => a / b).Where(double.IsFinite).Order()] : [];
}
