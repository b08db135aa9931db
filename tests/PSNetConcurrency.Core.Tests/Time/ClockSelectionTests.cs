using System.Net;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class ClockSelectionTests
{
    private static int _lastPort;

    public static TheoryData<ClockAlgorithm> Algorithms => new(Enum.GetValues<ClockAlgorithm>());

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_liar_among_four_is_convicted_by_its_interval(ClockAlgorithm algorithm)
    {
        NetworkTime[] times = [Told("a", 0, 10), Told("b", 2, 10), Told("liar", 5000, 10), Told("c", -1, 10)];
        ClockOffset offset = ClockSelection.Select(times, algorithm, 3);
        Assert.Equal(["a", "b", "c"], offset.Survivor.Select(s => s.Server).Order());
        Falseticker liar = Assert.Single(offset.Falseticker);
        Assert.Equal(("liar", 4990d, 5010d), (liar.Server, liar.Interval.Lower.TotalMilliseconds, liar.Interval.Upper.TotalMilliseconds));
        Assert.Equal(liar.Interval.Lower - offset.Interval.Upper, liar.Distance);
        Assert.Contains("above", liar.Reason, StringComparison.Ordinal);
        Assert.Equal((0.75, 4), (offset.Agreement, offset.SourceCount));
        Assert.InRange(offset.Offset.TotalMilliseconds, -1, 2);
        Assert.True(offset.Interval.Contains(offset.Offset));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Two_that_contradict_each_other_are_no_majority(ClockAlgorithm algorithm)
    {
        NetException e = Assert.Throws<NetException>(() => ClockSelection.Select([Told("a", 0, 10), Told("b", 100, 10)], algorithm, 1));
        Assert.Equal(NetError.NoMajority, e.Error);
        Assert.Contains("a:123 has -10.000 ms .. +10.000 ms", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<NetException>(() => ClockSelection.Select([Told("a", 0, 10), Told("b", 100, 10), Told("c", 200, 10), Told("d", 0, 10)], algorithm, 1));
        Assert.Equal(NetError.NoMajority, e.Error);
    }

    [Fact]
    public void Those_that_are_not_usable_have_no_voice_and_are_named_in_the_error()
    {
        NetworkTime silent = new() { Server = "silent", Port = 123, Protocol = TimeServiceKind.Ntp, Problem = ["NoReply: nothing came."] };
        Assert.Equal([silent], ClockSelection.Select([Told("a", 0, 10), silent], ClockAlgorithm.Rfc5905, 1).Unusable);
        NetException e = Assert.Throws<NetException>(() => ClockSelection.Select([Told("a", 0, 10), silent], ClockAlgorithm.Rfc5905, 2));
        Assert.Equal(NetError.NotEnoughSources, e.Error);
        Assert.Contains("1 of 2 time servers", e.Message, StringComparison.Ordinal);
        Assert.Contains("silent:123: NoReply: nothing came.", e.Message, StringComparison.Ordinal);
        Assert.Equal(NetError.NotEnoughSources, Assert.Throws<NetException>(() => ClockSelection.Select([], ClockAlgorithm.Median, 0)).Error);
        // Three tell a time, and two agree.
        Assert.Equal(NetError.NotEnoughSources, Assert.Throws<NetException>(() => ClockSelection.Select([Told("a", 0, 10), Told("b", 1, 10), Told("c", 900, 10)], ClockAlgorithm.Rfc5905, 3)).Error);
    }

    [Fact]
    public void A_server_that_is_named_twice_has_one_voice()
    {
        NetworkTime liar = Told("liar", 5000, 10), again = liar with { Server = "alias" };
        ClockOffset offset = ClockSelection.Select([liar, again, Told("a", 0, 10), Told("b", 1, 10)], ClockAlgorithm.Rfc5905, 1);
        Assert.Equal((2, 1, 1), (offset.Survivor.Length, offset.Falseticker.Length, offset.Unusable.Length));
        Assert.StartsWith("Duplicate: ", offset.Unusable[0].Problem[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_outlier_is_taken_from_the_survivors_and_distances_weigh()
    {
        NetworkTime[] times = [Told("a", 0, 50), Told("b", 1, 50), Told("c", 1, 50), Told("far", 40, 50)];
        ClockOffset offset = ClockSelection.Select(times, ClockAlgorithm.Rfc5905, 1);
        Assert.Equal((3, "far", 1d), (offset.Survivor.Length, Assert.Single(offset.Outlier).Server, offset.Agreement));
        // A third at 0 and two thirds at 1, and then one whose distance is a tenth.
        Assert.Equal(2 / 3d, offset.Offset.TotalMilliseconds, 1e-3);
        offset = ClockSelection.Select([Told("near", 0, 1), Told("b", 0.9, 10)], ClockAlgorithm.Rfc5905, 1);
        Assert.Equal(0.9 / 11, offset.Offset.TotalMilliseconds, 1e-3);
    }

    [Fact]
    public void A_pick_that_lies_or_is_silent_is_refused_and_another_picked()
    {
        NetworkTime silent = new() { Server = "silent", Port = 123, Protocol = TimeServiceKind.Ntp, Problem = ["NoReply: nothing came."] };
        NetworkTime[] times = [Told("a", 0, 10, stratum: 3), Told("b", 1, 20, stratum: 2), Told("liar", 5000, 1, stratum: 1), Told("c", 2, 30, stratum: 2), silent];
        ClockOffset measured = ClockSelection.Select(times, ClockAlgorithm.Rfc5905, 1);
        TimeReference lowest = TimeReferencePicker.Pick(times, measured, TimePickOrder.Stratum, 0);
        Assert.Equal(("b", "liar"), (lowest.Server, Assert.Single(lowest.RejectedPick).Server));
        Assert.StartsWith("Falseticker: its interval ", lowest.RejectedPick[0].Reason, StringComparison.Ordinal);
        Assert.Equal("a", TimeReferencePicker.Pick(times, measured, TimePickOrder.Distance, 0).Server);
        HashSet<string> chosen = [], refused = [];
        for (int seed = 0; seed < 100; seed++)
        {
            TimeReference random = TimeReferencePicker.Pick(times, measured, TimePickOrder.Random, seed);
            Assert.Equal(random.Server, TimeReferencePicker.Pick(times, measured, TimePickOrder.Random, seed).Server);
            chosen.Add(random.Server);
            refused.UnionWith(random.RejectedPick.Select(r => r.Server));
        }
        Assert.Equal(["a", "b", "c"], chosen.Order());
        Assert.Equal(["liar", "silent"], refused.Order());
    }

    [Theory]
    [InlineData(5, 100, true, true)]
    [InlineData(95, 100, true, false)]
    [InlineData(105, 100, false, false)]
    [InlineData(200, 100, false, true)]
    [InlineData(-200, 100, false, true)]
    public void A_test_tells_whether_it_is_certain(double offset, double maximum, bool within, bool certain)
    {
        ClockTest test = new() { MaximumOffset = TimeSpan.FromMilliseconds(maximum), Measurement = ClockSelection.Select([Told("a", offset, 10)], ClockAlgorithm.Rfc5905, 1) };
        Assert.Equal((within, certain), (test.IsWithin, test.IsCertain));
    }

    private static NetworkTime Told(string server, double offset, double distance, int stratum = 2) => new()
    {
        Server = server,
        Port = 123,
        Protocol = TimeServiceKind.Ntp,
        RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, Interlocked.Increment(ref _lastPort)),
        Offset = TimeSpan.FromMilliseconds(offset),
        RootDistance = TimeSpan.FromMilliseconds(distance),
        Stratum = stratum,
        Precision = -23,
    };
}
