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

    /// <summary>The median of the rounds' ratios, in words; a dash where one of the two was not measured.</summary>
    public string Ratio(string contender, string to)
    {
        double ratio = MedianRatio(contender, to);
        return double.IsNaN(ratio) ? "-" : ratio.ToString("0.00", CultureInfo.InvariantCulture);
    }

    public double MedianRatio(string contender, string to)
    {
        if (!_values.TryGetValue(contender, out List<double>? ours) || !_values.TryGetValue(to, out List<double>? theirs))
        {
            return double.NaN;
        }
        double[] ratios = ours.Zip(theirs, (a, b) => a / b).Where(double.IsFinite).Order().ToArray();
        return ratios.Length == 0 ? double.NaN
            : ratios.Length % 2 == 1 ? ratios[ratios.Length / 2]
            : (ratios[(ratios.Length / 2) - 1] + ratios[ratios.Length / 2]) / 2;
    }
}
