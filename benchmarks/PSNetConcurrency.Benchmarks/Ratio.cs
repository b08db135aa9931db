namespace PSNetConcurrency.Benchmarks;

/// <summary>How many times as fast as a peer, on the same machine in the same run.</summary>
/// <param name="Area">The area that measured it.</param>
/// <param name="What">What was measured.</param>
/// <param name="Peer">Whom it is compared with.</param>
/// <param name="Value">The median of the rounds; above 1 is faster than the peer.</param>
/// <param name="Spread">The least and the most of the rounds, in words.</param>
/// <param name="Bar">What it is to reach; null where nothing was promised.</param>
internal sealed record Ratio(string Area, string What, string Peer, double Value, string Spread, double? Bar)
{
    /// <summary>As shown, so that what reads 0.90 has reached a bar of 0.9.</summary>
    public double Rounded => Math.Round(Value, Value < 10 ? 2 : Value < 100 ? 1 : 0);

    public bool IsMissed => Rounded < Bar;
}

/// <summary>Where the areas leave their ratios for the report.</summary>
internal sealed class RatioCollector
{
    private readonly List<Ratio> _all = [];

    public IReadOnlyList<Ratio> All => _all;

    /// <summary>Takes the ratio of two contenders; nothing where one of them was not measured.</summary>
    public void Add(string area, string what, Measured measured, string ours, string peer, double? bar = null)
    {
        double ratio = measured.MedianRatio(ours, peer);
        if (!double.IsNaN(ratio))
        {
            _all.Add(new Ratio(area, what, peer, ratio, measured.Spread(ours, peer), bar));
        }
    }

    /// <summary>Takes what was promised without a peer, such as a time: how many times better it came out.</summary>
    public void AddPromise(string area, string what, double promised, string unit, IEnumerable<double> found)
    {
        double[] ratios = [.. found.Where(f => f > 0).Select(f => promised / f).Order()];
        if (ratios.Length > 0)
        {
            _all.Add(new Ratio(area, what, $"the promise of {promised:0.###} {unit}", ratios[ratios.Length / 2], $"{ratios[0]:0.00} - {ratios[^1]:0.00}", 1));
        }
    }
}
