using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Faults;

namespace PSNetConcurrency.Core.Tests.Net.Faults;

public class FaultDrawTests
{
    [Fact]
    public void A_seed_draws_the_same_numbers_on_every_system()
    {
        RepeatableRandom random = FaultSeed.For(42, 1, FaultDirection.ClientToServer, 0);
        Assert.Equal(Known, new long[] { random.NextSkip(0.001), random.NextSkip(0.001), random.NextSkip(0.3), random.NextSkip(0.9), random.NextSkip(1e-9) });
    }

    [Fact]
    public void Skips_have_the_mean_that_their_rate_says() =>
        Gen.Select(Gen.Double[1e-6, 0.999], Gen.Long).Sample((rate, seed) =>
        {
            RepeatableRandom random = new((ulong)seed);
            const int count = 20_000;
            double sum = 0;
            for (int i = 0; i < count; i++)
            {
                sum += random.NextSkip(rate);
            }
            double mean = (1 - rate) / rate, deviation = Math.Sqrt(1 - rate) / rate / Math.Sqrt(count);
            Assert.InRange(sum / count, mean - (6 * deviation), mean + (6 * deviation));
        }, iter: 50);

    [Fact]
    public void A_rate_of_zero_never_hits_and_of_one_always()
    {
        Corruptor never = new(new RepeatableRandom(1)), always = new(new RepeatableRandom(1));
        always.SetRate(1, 0);
        Assert.Equal(long.MaxValue, never.Next);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i, always.Next);
            Assert.NotEqual(0, always.Take());
        }
        always.SetRate(0, 100);
        Assert.Equal(long.MaxValue, always.Next);
    }

    [Theory]
    [InlineData("LatencyMilliseconds")]
    [InlineData("CorruptRate")]
    [InlineData("SliceSize")]
    [InlineData("CoalesceBytes")]
    [InlineData("CloseAfterBytes")]
    [InlineData("Direction")]
    public void A_value_that_can_mean_nothing_is_refused_by_name(string name)
    {
        NetFault fault = name switch
        {
            "LatencyMilliseconds" => new() { LatencyMilliseconds = -1 },
            "CorruptRate" => new() { CorruptRate = double.NaN },
            "SliceSize" => new() { SliceSize = 0 },
            "CoalesceBytes" => new() { CoalesceBytes = NetFault.MaximumCoalesceBytes + 1 },
            "CloseAfterBytes" => new() { CloseAfterBytes = -1 },
            _ => new() { Direction = (FaultDirection)9 },
        };
        NetException e = Assert.Throws<NetException>(() => fault.Validated(NetTransport.Tcp));
        Assert.Equal(NetError.InvalidArgument, e.Error);
        Assert.StartsWith(name, e.Message, StringComparison.Ordinal);
    }

    // Written down once: they must never change, or a seed that someone has noted loses its meaning.
    private static readonly long[] Known = [818, 263, 3, 0, 546108198];
}
