using PSNetConcurrency.Benchmarks;

namespace PSNetConcurrency.Core.Tests.Benchmarks;

public sealed class BenchmarkOptionsTests
{
    private static readonly string[] s_areas = ["tcp", "udp"];

    [Theory]
    [InlineData("--rounds|0", "--rounds takes a whole number from 1, and '0' is none.")]
    [InlineData("--seconds|soon", "--seconds takes a number above 0, and 'soon' is none.")]
    [InlineData("tcp|--only", "--only takes a value.")]
    [InlineData("--ostep|/no/such/folder", "--ostep takes a folder, and there is none '/no/such/folder'.")]
    [InlineData("--pwsh|/no/such/pwsh", "--pwsh takes a program, and there is no file '/no/such/pwsh'.")]
    [InlineData("--round|3", "There is no option --round.")]
    [InlineData("tpc", "There is no area 'tpc'.")]
    public void What_is_not_taken_is_told_with_its_reason(string arguments, string reason)
    {
        Assert.False(BenchmarkOptions.TryParse(arguments.Split('|'), s_areas, out BenchmarkOptions? options, out string? said));
        Assert.Null(options);
        Assert.StartsWith(reason + "\n", said, StringComparison.Ordinal);
        Assert.EndsWith("tcp, udp", said, StringComparison.Ordinal);
    }

    [Fact]
    public void All_areas_are_meant_where_none_is_named()
    {
        Assert.True(BenchmarkOptions.TryParse(["--rounds", "2"], s_areas, out BenchmarkOptions? options, out _));
        Assert.Equal((2, "tcp, udp"), (options.Rounds, string.Join(", ", options.Areas)));
        Assert.True(BenchmarkOptions.TryParse(["udp", "--seconds", "0.5"], s_areas, out options, out _));
        Assert.Equal((0.5, "udp"), (options.Seconds, Assert.Single(options.Areas)));
    }
}
