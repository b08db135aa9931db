using System.Numerics;
using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Tests.Transfer;

public class SampleOddsTests
{
    [Theory]
    [InlineData(0.01, 459)]
    [InlineData(0.05, 90)]
    [InlineData(0.001, 4603)]
    public void So_many_samples_find_it_with_99_percent(double fraction, long samples)
    {
        DigestConfidence odds = SampleOdds.Measure(null, 1000, samples, fraction, 0.99);
        Assert.Equal(samples, odds.RequiredSample);
        Assert.Equal(samples * 1000, odds.RequiredBytes);
        Assert.True(odds.DetectionProbability >= 0.99);
        Assert.True(SampleOdds.Detection(null, fraction, samples - 1) < 0.99);
        Assert.Equal(1 - Math.Pow(1 - fraction, samples), odds.DetectionProbability, 12);
    }

    [Fact]
    public void A_files_odds_are_those_of_drawing_without_putting_back() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 200], Gen.Int[0, 200]).Where((blocks, damaged, count) => damaged <= blocks && count <= blocks).Sample((blocks, damaged, count) =>
        {
            double exact = 1 - (double)(Choose(blocks - damaged, count) * BigInteger.Pow(10, 30) / Choose(blocks, count)) / 1e30;
            Assert.Equal(exact, SampleOdds.Detection(blocks, (double)damaged / blocks, count), 9);
        });

    [Fact]
    public void The_required_number_is_the_least_that_suffices() =>
        Gen.Select(Gen.Long[1, 1L << 40], Gen.Int[1, 1 << 20], Gen.Double[0.0001, 1], Gen.Double[0.01, 0.999999]).Sample((length, size, fraction, confidence) =>
        {
            DigestConfidence odds = SampleOdds.Measure(length, size, 10, fraction, confidence);
            long blocks = SamplePositions.BlocksOf(length, size);
            Assert.InRange(odds.RequiredSample, 1, blocks);
            Assert.True(SampleOdds.Detection(blocks, fraction, odds.RequiredSample) >= confidence - 1e-9);
            Assert.True(SampleOdds.Detection(blocks, fraction, odds.RequiredSample - 1) < confidence + 1e-9);
            Assert.True(SampleOdds.Detection(blocks, fraction, blocks) == 1);
        }, iter: 300);

    [Fact]
    public void The_edges_are_what_they_should_be()
    {
        Assert.Equal(1, SampleOdds.Detection(100, 0.01, 100));
        Assert.Equal(0.5, SampleOdds.Detection(100, 0.01, 50), 12);
        Assert.Equal(0, SampleOdds.Detection(null, 0.5, 0));
        Assert.Equal(1, SampleOdds.Measure(null, 1, 1, 1, 1).RequiredSample);
        Assert.Equal(0, SampleOdds.Measure(0, 1, 1, 0.5, 0.9).DetectionProbability);
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => SampleOdds.Measure(null, 1, 1, 0.5, 1)).Error);
    }

    private static BigInteger Choose(int n, int k)
    {
        BigInteger result = 1;
        for (int i = 0; i < k; i++)
        {
            result = result * (n - i) / (i + 1);
        }
        return n < k ? 0 : result;
    }
}
