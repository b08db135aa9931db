using CsCheck;
using PSNetConcurrency.Core.Net.Faults;

namespace PSNetConcurrency.Core.Tests.Net.Faults;

public class HoldBackTests
{
    private const int Capacity = 8;

    // What comes: a datagram that passes, one to be held back until so many have passed, or a time that goes by.
    private static readonly Gen<(int Kind, int Distance, int Time)[]> Inputs = Gen.Select(Gen.Int[0, 4], Gen.Int[1, 5], Gen.Int[0, 3]).Array[0, 300];

    [Fact]
    public void Two_that_follow_each_other_are_swapped() => Assert.Equal([2, 1, 3], Run([(3, 1, 0), (0, 0, 0), (0, 0, 0)], untimed: true));

    [Fact]
    public void As_many_pass_as_the_distance_says_and_those_held_do_not_count() =>
        Assert.Equal([2, 4, 1, 5, 3], Run([(3, 2, 0), (0, 0, 0), (3, 2, 0), (0, 0, 0), (0, 0, 0)], untimed: true));

    [Fact]
    public void Whatever_comes_nothing_is_lost_or_doubled() => Inputs.Sample(inputs =>
    {
        List<int> order = Run(inputs, untimed: false);
        Assert.Equal(Enumerable.Range(1, inputs.Length), order.Order());
    }, iter: 500);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Those_not_held_keep_their_order_and_the_extent_is_bounded(bool oneDistance) => Inputs.Sample(inputs =>
    {
        if (oneDistance)
        {
            inputs = [.. inputs.Select(i => i with { Distance = 3 })];
        }
        List<int> order = Run(inputs, untimed: true, out HashSet<int> held, out int left);
        int[] straight = order.Take(order.Count - left).Where(n => !held.Contains(n)).ToArray();
        Assert.Equal(straight.Order(), straight);
        int[] reordered = Reordered(order).ToArray();
        Assert.All(reordered, n => Assert.Contains(n, held));
        foreach (int number in reordered)
        {
            // RFC 4737, 4.2.1: from the first that came later to the reordered one. With one distance none that was held
            // later is released before; otherwise each that passes may release all others.
            int at = order.IndexOf(number), first = order.FindIndex(n => n > number), distance = inputs[number - 1].Distance;
            Assert.InRange(at - first, 1, oneDistance ? distance + Capacity - 1 : distance * Capacity);
        }
    }, iter: 500);

    [Fact]
    public void Without_time_each_is_overtaken_by_exactly_as_many_that_were_not_held() => Inputs.Sample(inputs =>
    {
        List<int> order = Run(inputs, untimed: true, out HashSet<int> held, out int left);
        foreach (int number in held.Except(order.TakeLast(left)))
        {
            Assert.Equal(inputs[number - 1].Distance, order.Take(order.IndexOf(number)).Count(n => n > number && !held.Contains(n)));
        }
    }, iter: 500);

    [Fact]
    public void A_time_that_is_over_releases_the_oldest_first()
    {
        HoldBack<int> held = new(Capacity);
        held.Hold(1, 5, 30);
        held.Hold(2, 5, 20);
        held.Hold(3, 5, 99);
        Assert.Equal(20, held.NextDeadline);
        Assert.False(held.TryTake(19, out _));
        Assert.True(held.TryTake(30, out int first));
        Assert.True(held.TryTake(30, out int second));
        Assert.Equal((1, 2), (first, second));
        Assert.False(held.TryTake(30, out _));
        Assert.Equal((1, 99L), (held.Count, held.NextDeadline));
    }

    private static IEnumerable<int> Reordered(List<int> order)
    {
        int next = 0;
        foreach (int number in order)
        {
            if (number < next)
            {
                yield return number;
            }
            next = Math.Max(next, number + 1);
        }
    }

    private static List<int> Run((int Kind, int Distance, int Time)[] inputs, bool untimed) => Run(inputs, untimed, out _, out _);

    private static List<int> Run((int Kind, int Distance, int Time)[] inputs, bool untimed, out HashSet<int> wasHeld, out int left)
    {
        HoldBack<int> held = new(Capacity);
        wasHeld = [];
        List<int> order = [];
        long now = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            now += untimed ? 0 : inputs[i].Time;
            if (inputs[i].Kind >= 3 && held.HasRoom)
            {
                wasHeld.Add(i + 1);
                held.Hold(i + 1, inputs[i].Distance, untimed ? long.MaxValue : now + 4);
            }
            else
            {
                order.Add(i + 1);
                held.CountPassed();
            }
            Take();
        }
        now = untimed ? long.MaxValue : now + 4;
        left = held.Count;
        Take();
        Assert.Equal(0, held.Count);
        return order;

        void Take()
        {
            while (held.TryTake(now, out int number))
            {
                order.Add(number);
            }
        }
    }
}
