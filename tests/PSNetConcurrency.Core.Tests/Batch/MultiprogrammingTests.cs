using CsCheck;
using PSNetConcurrency.Core.Scheduling.Batch;

namespace PSNetConcurrency.Core.Tests.Batch;

/// <summary>How busy a processor is with n processes: the formula's known values, and a simulation against queueing theory.</summary>
public class MultiprogrammingTests
{
    [Theory]
    [InlineData(1, .20)]
    [InlineData(2, .36)]
    [InlineData(4, .59)]
    [InlineData(10, .893)]
    public void The_formula_gives_the_textbook_s_values(int degree, double share) => Assert.Equal(share, MultiprogrammingModel.Formula(.8, degree), 0.001);

    // 1 - 1/Σ n!/(n-k)! r^k with r = (1-p)/p, by hand: 1 + 2r + 2r² and 1 + 4r + 12r² + 24r³ + 24r⁴ for r = 1/4.
    [Theory]
    [InlineData(.8, 1, .2)]
    [InlineData(.8, 2, 1 - (1 / 1.625))]
    [InlineData(.8, 4, 1 - (1 / 3.21875))]
    [InlineData(0, 3, 1)]
    [InlineData(1, 3, 0)]
    public void The_queue_gives_the_values_of_the_machine_repair_model(double p, int degree, double share) => Assert.Equal(share, MultiprogrammingModel.Queue(p, degree), 1e-12);

    [Fact]
    public void A_queue_keeps_the_processor_busier_than_the_formula_says() => Gen.Select(Gen.Double[0.01, 0.99], Gen.Int[2, 30]).Sample((p, n) =>
    {
        (double formula, double queue) = (MultiprogrammingModel.Formula(p, n), MultiprogrammingModel.Queue(p, n));
        Assert.InRange(queue, formula - 1e-12, 1 + 1e-12);
        Assert.InRange(queue, 0, Math.Min(1, n * (1 - p)) + 1e-12);
    });

    [Theory]
    [InlineData(.8, 1)]
    [InlineData(.8, 2)]
    [InlineData(.8, 4)]
    [InlineData(.5, 3)]
    [InlineData(.95, 10)]
    public void A_simulation_comes_close_to_the_queue(double p, int degree) =>
        Assert.Equal(MultiprogrammingModel.Queue(p, degree), MultiprogrammingModel.Simulate(p, degree, 1, 100_000, CancellationToken.None), 0.01);

    [Fact]
    public void A_seed_repeats_a_simulation_and_another_does_not()
    {
        double Run(long seed) => MultiprogrammingModel.Simulate(.8, 4, seed, 1000, CancellationToken.None);
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));
        // Basic arithmetic only, so on every system.
        Assert.Equal(0.67746144589267454, Run(7));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Without_input_and_output_it_is_always_busy_and_without_computing_never(double p, double share) =>
        Assert.Equal(share, MultiprogrammingModel.Simulate(p, 3, 1, 1000, CancellationToken.None), 1e-9);

    [Fact]
    public void It_can_be_stopped() =>
        Assert.Throws<OperationCanceledException>(() => MultiprogrammingModel.Simulate(.8, 4, 1, int.MaxValue, new CancellationToken(canceled: true)));
}
