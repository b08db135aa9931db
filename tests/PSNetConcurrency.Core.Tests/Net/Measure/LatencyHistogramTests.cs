using CsCheck;
using PSNetConcurrency.Core.Net.Measure;

namespace PSNetConcurrency.Core.Tests.Net.Measure;

public class LatencyHistogramTests
{
    // Of every size that a duration may have, not mostly of the largest.
    private static readonly Gen<long> AnyValue = Gen.Select(Gen.Long[0, long.MaxValue], Gen.Int[0, 62], (v, shift) => v >> shift);

    [Fact]
    public void Every_percentile_is_within_1_6_percent_of_the_sorted_lists()
    {
        Gen.Select(AnyValue.List[1, 300], Gen.Double[0, 1]).Sample((values, share) =>
        {
            LatencyHistogram histogram = new();
            values.ForEach(histogram.Record);
            values.Sort();
            int rank = Math.Clamp((int)Math.Ceiling(share * values.Count), 1, values.Count);
            long exact = values[rank - 1];
            Assert.InRange(histogram.Percentile(share), exact - (exact / 62), exact > long.MaxValue - (exact / 62) ? long.MaxValue : exact + (exact / 62));
            Assert.Equal((values.Count, values[0], values[^1]), (histogram.Count, histogram.Minimum, histogram.Maximum));
        });
    }

    [Fact]
    public void Small_values_are_exact()
    {
        LatencyHistogram histogram = new();
        for (int i = 0; i < 128; i++)
        {
            histogram.Record(i);
        }
        for (int i = 1; i <= 128; i++)
        {
            Assert.Equal(i - 1, histogram.Percentile(i / 128.0));
        }
    }

    [Fact]
    public void Without_values_everything_is_zero_and_negative_ones_count_as_zero()
    {
        LatencyHistogram histogram = new();
        Assert.Equal((0, 0, 0, 0), (histogram.Count, histogram.Minimum, histogram.Maximum, histogram.Percentile(.5)));
        histogram.Record(-5);
        Assert.Equal((1, 0, 0, 0), (histogram.Count, histogram.Minimum, histogram.Maximum, histogram.Percentile(1)));
    }
}
