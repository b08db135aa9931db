namespace PSNetConcurrency.Core.Tests.Time;

public sealed class TimeWordsTests
{
    [Theory]
    [InlineData(0, "0 s", "0 s")]
    [InlineData(12.3e-6, "12.3 µs", "+12.3 µs")]
    [InlineData(-4.56e-3, "-4.560 ms", "-4.560 ms")]
    [InlineData(7.89, "7.890 s", "+7.890 s")]
    [InlineData(-90, "-00:01:30.000", "-00:01:30.000")]
    [InlineData(216000, "2.50 d", "+2.50 d")]
    public void Durations_are_told_in_the_unit_that_fits(double seconds, string words, string withSign)
    {
        TimeSpan time = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        Assert.Equal((words, withSign), (TimeWords.Of(time), TimeWords.WithSign(time)));
    }
}
