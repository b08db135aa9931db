using CsCheck;
using PSNetConcurrency.Core.Net.Measure;

namespace PSNetConcurrency.Core.Tests.Net.Measure;

public class SequenceAccountTests
{
    // Any order of any of the numbers, each any number of times.
    private static readonly Gen<(int Count, int[] Arrivals)> Runs =
        Gen.Int[1, 300].SelectMany(count => Gen.Int[0, count - 1].Array[0, 2 * count].Select(arrivals => (count, arrivals)));

    [Fact]
    public void It_counts_as_the_definitions_read() => Runs.Sample(run =>
    {
        SequenceAccount account = new(run.Count);
        List<Arrival> said = [.. run.Arrivals.Select(account.Record)];
        List<Arrival> naive = [];
        for (int i = 0; i < run.Arrivals.Length; i++)
        {
            int[] before = run.Arrivals[..i];
            naive.Add(before.Contains(run.Arrivals[i]) ? Arrival.Duplicate : before.Any(b => b > run.Arrivals[i]) ? Arrival.Reordered : Arrival.InOrder);
        }
        Assert.Equal(naive, said);
        Assert.Equal(run.Arrivals.Distinct().Count(), account.Received);
        Assert.Equal(naive.Count(a => a == Arrival.Duplicate), account.Duplicate);
        Assert.Equal(naive.Count(a => a == Arrival.Reordered), account.Reordered);
    });

    [Fact]
    public void A_permutation_with_drops_and_copies_gives_back_what_was_done_to_it() =>
        Gen.Select(Gen.Int[1, 500], Gen.Int, Gen.Double[0, .5], Gen.Double[0, .5]).Sample((count, seed, loss, copies) =>
        {
            Random random = new(seed);
            List<int> arrivals = [.. Enumerable.Range(0, count).Where(_ => random.NextDouble() >= loss)];
            int kept = arrivals.Count;
            arrivals.AddRange([.. arrivals.Where(_ => random.NextDouble() < copies)]);
            int[] order = [.. arrivals];
            random.Shuffle(order);
            SequenceAccount account = new(count);
            foreach (int sequence in order)
            {
                account.Record(sequence);
            }
            Assert.Equal((kept, order.Length - kept), (account.Received, account.Duplicate));
        });

    [Fact]
    public void Jitter_follows_the_rfc() => Gen.Long[0, 1_000_000].Array[0, 100].Sample(transits =>
    {
        double expected = 0;
        for (int i = 1; i < transits.Length; i++)
        {
            expected += (Math.Abs(transits[i] - transits[i - 1]) - expected) / 16;
        }
        InterarrivalJitter jitter = new();
        foreach (long transit in transits)
        {
            jitter.Record(transit);
        }
        Assert.Equal(expected, jitter.Value, 6);
    });

    [Fact]
    public void A_payload_says_what_it_was_told_and_no_changed_bit_passes() =>
        Gen.Select(Gen.Int[UdpLinkOptions.LeastPayload, 2000], Gen.Int[0, int.MaxValue], Gen.Long, Gen.ULong, Gen.Int[0, int.MaxValue]).Sample((size, number, time, id, flip) =>
        {
            byte[] payload = new byte[size];
            UdpLinkPayload.Prepare(payload, id);
            UdpLinkPayload.Write(payload, number, time);
            Assert.True(UdpLinkPayload.TryRead(payload, out ulong run, out int sequence, out long sentAt));
            Assert.Equal((id, number, time), (run, sequence, sentAt));
            payload[flip % size] ^= (byte)(1 << (flip % 8));
            Assert.False(UdpLinkPayload.TryRead(payload, out _, out _, out _));
            Assert.False(UdpLinkPayload.TryRead(payload.AsSpan(0, flip % size), out _, out _, out _));
        });
}
