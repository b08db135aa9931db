using CsCheck;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class ClockIntersectionTests
{
    private static readonly Gen<OffsetInterval[]> Small = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 6]).Select((low, half) => Interval(low, low + (2 * half))).Array[1, 7];

    public static TheoryData<string, string> MarzulloVectors => new()
    {
        { "8..12 11..13 10..12", "3: 11..12" },
        { "8..12 11..13 14..15", "2: 11..12" },
        { "8..9 8..12 10..12", "2: 8..9" },
    };

    // How many agree is the sources without the falsetickers that were allowed for.
    public static TheoryData<string, string> RfcVectors => new()
    {
        { "8..12 11..13 10..12", "2: 10..12" },
        { "8..12 11..13 14..15", "none" },
        { "-1..1 -.5..1.5 -.8..0.9 99..101", "3: -0.5..0.9" },
    };

    [Theory]
    [MemberData(nameof(MarzulloVectors))]
    public void Marzullo_finds_what_most_have_in_common(string sources, string expected) => Assert.Equal(expected, Words(ClockIntersection.Marzullo(Parse(sources))));

    [Theory]
    [MemberData(nameof(RfcVectors))]
    public void The_RFC_finds_what_a_majority_has_in_common(string sources, string expected) => Assert.Equal(expected, Words(ClockIntersection.Rfc5905(Parse(sources))));

    [Fact]
    public void Marzullo_is_what_looking_at_every_place_finds() => Small.Sample(sources =>
    {
        ClockIntersection found = ClockIntersection.Marzullo(sources)!.Value;
        long[] places = [.. Places(sources)];
        int most = places.Max(p => Covering(sources, p));
        long low = places.First(p => Covering(sources, p) == most);
        OffsetInterval[] there = [.. sources.Where(s => s.Contains(TimeSpan.FromTicks(low)))];
        Assert.Equal((low, there.Min(s => s.Upper.Ticks), most), (found.Low, found.High, found.Count));
    });

    [Fact]
    public void The_RFCs_intersection_is_what_looking_at_every_place_finds() => Small.Sample(sources =>
    {
        ClockIntersection? expected = null;
        for (int allowed = 0; 2 * allowed < sources.Length && expected is null; allowed++)
        {
            long[] agreed = [.. Places(sources).Where(p => Covering(sources, p) >= sources.Length - allowed)];
            if (agreed.Length > 0 && agreed[^1] > agreed[0] && sources.Count(s => s.Middle.Ticks < agreed[0] || s.Middle.Ticks > agreed[^1]) <= allowed)
            {
                expected = new ClockIntersection(agreed[0], agreed[^1], sources.Length - allowed);
            }
        }
        Assert.Equal(expected, ClockIntersection.Rfc5905(sources));
    });

    [Fact]
    public void The_order_of_the_sources_does_not_matter() => Gen.Select(Small, Gen.Int).Sample((sources, seed) =>
    {
        OffsetInterval[] shuffled = [.. sources];
        new Random(seed).Shuffle(shuffled);
        Assert.Equal((ClockIntersection.Rfc5905(sources), ClockIntersection.Marzullo(sources)), (ClockIntersection.Rfc5905(shuffled), ClockIntersection.Marzullo(shuffled)));
    });

    private static IEnumerable<long> Places(OffsetInterval[] sources) => sources.SelectMany(s => (long[])[s.Lower.Ticks, s.Upper.Ticks]).Order();

    private static int Covering(OffsetInterval[] sources, long place) => sources.Count(s => s.Contains(TimeSpan.FromTicks(place)));

    private static OffsetInterval Interval(long low, long high) => new(TimeSpan.FromTicks(low), TimeSpan.FromTicks(high));

    private static OffsetInterval[] Parse(string text) => [.. text.Split(' ').Select(part =>
    {
        int at = part.IndexOf("..", StringComparison.Ordinal);
        return new OffsetInterval(Seconds(part[..at]), Seconds(part[(at + 2)..]));
    })];

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    private static string Words(ClockIntersection? found) => found is not { } f ? "none"
        : FormattableString.Invariant($"{f.Count}: {TimeSpan.FromTicks(f.Low).TotalSeconds}..{TimeSpan.FromTicks(f.High).TotalSeconds}");
}
