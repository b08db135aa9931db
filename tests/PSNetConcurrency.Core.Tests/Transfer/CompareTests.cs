using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Tests.Transfer;

public sealed class CompareTests : IDisposable
{
    // Two files: lengths, the bytes that are changed, the slices.
    private static readonly Gen<(int A, int B, int[] Changed, int Slice)> Pairs =
        Gen.Select(Gen.Int[0, 3000], Gen.OneOf(Gen.Const(0), Gen.Int[-1000, 1000]), Gen.Int[0, 2999].Array[0, 6], Gen.Int[1, 700]).Select((a, more, changed, slice) => (a, Math.Max(0, a + more), changed, slice));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_files_ranges_hold_every_difference_and_are_tight_and_apart() => await Pairs.SampleAsync(async pair =>
    {
        (byte[] a, byte[] b) = Make(pair);
        List<FileRange> ranges = await CompareAsync(a, b, pair.Slice);
        bool[] differs = Differences(a, b), covered = Covered(ranges, differs.Length);
        Assert.All(Enumerable.Range(0, differs.Length), i => Assert.True(covered[i] || !differs[i]));
        Assert.All(ranges, r => Assert.True(differs[r.Offset] && differs[r.End - 1]));
        // Between two ranges lies one whole slice at least that is equal.
        Assert.All(ranges.Zip(ranges.Skip(1)), p => Assert.True(p.Second.Offset / pair.Slice > ((p.First.End - 1) / pair.Slice) + 1));
    }, iter: 300, threads: 1);

    [Fact]
    public async Task Differences_far_apart_and_at_the_edges_of_blocks_are_found()
    {
        byte[] a = new byte[1_200_000], b = [.. a];
        b[0] = b[524_287] = b[524_288] = b[1_199_999] = 1;
        Assert.Equal([new(0, 1), new(524_287, 2), new(1_199_999, 1)], await CompareAsync(a, b, 1000));
        Assert.Equal([new(0, 1), new(524_287, 2), new(1_199_999, 1)], await CompareAsync(a, b, 1));
        Assert.Equal([new(0, 1_200_000)], await CompareAsync(a, b, long.MaxValue));
        Assert.Empty(await CompareAsync(a, a, 1000));
    }

    [Fact]
    public async Task Slices_ranges_hold_every_difference_and_are_whole_slices() => await Pairs.SampleAsync(async pair =>
    {
        (byte[] a, byte[] b) = Make(pair);
        DigestPlan plan = new() { Mode = DigestMode.Slice, SliceSize = pair.Slice };
        IReadOnlyList<FileRange> ranges = DigestComparer.Compare(await DigestAsync(a, plan), await DigestAsync(b, plan));
        bool[] differs = Differences(a, b), covered = Covered(ranges, differs.Length);
        Assert.All(Enumerable.Range(0, differs.Length), i => Assert.True(covered[i] || !differs[i]));
        Assert.All(ranges, r => Assert.True(r.Offset % pair.Slice == 0 && (r.End % pair.Slice == 0 || r.End == differs.Length)));
        Assert.All(ranges.Zip(ranges.Skip(1)), p => Assert.True(p.Second.Offset > p.First.End));
        Assert.Equal(differs.Any(d => d), ranges.Count > 0);
    }, iter: 200, threads: 1);

    [Fact]
    public async Task Samples_and_whole_digests_tell_what_they_can()
    {
        byte[] a = new byte[100_000], b = [.. a];
        b[50_000] = 1;
        DigestPlan all = new() { Mode = DigestMode.Sample, SampleSize = 1000, SampleCount = 100 };
        Assert.Equal([new(50_000, 1000)], DigestComparer.Compare(await DigestAsync(a, all), await DigestAsync(b, all)));
        DigestPlan full = new();
        Assert.Equal([new(0, 100_000)], DigestComparer.Compare(await DigestAsync(a, full), await DigestAsync(b, full)));
        Assert.Empty(DigestComparer.Compare(await DigestAsync(a, full), await DigestAsync(a, full)));
    }

    [Fact]
    public async Task What_can_not_be_compared_is_an_error()
    {
        byte[] a = new byte[10_000], b = [.. a];
        b[5] = 1;
        DigestPlan plan = new() { Mode = DigestMode.Slice, SliceSize = 1000 };
        FileDigest digest = await DigestAsync(a, plan);
        await FailsAsync(plan with { SliceSize = 999 });
        await FailsAsync(plan with { Algorithms = [DigestAlgorithm.MD5] });
        await FailsAsync(plan with { Mode = DigestMode.Full });
        await FailsAsync(plan with { Offset = 1 });
        Fails(() => DigestComparer.Compare(digest, digest with { Hash = "00" }));

        async Task FailsAsync(DigestPlan other)
        {
            FileDigest second = await DigestAsync(b, other);
            Fails(() => DigestComparer.Compare(digest, second));
        }

        static void Fails(Func<object> compare) => Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(compare).Error);
    }

    private static (byte[] A, byte[] B) Make((int A, int B, int[] Changed, int Slice) pair)
    {
        byte[] a = new byte[pair.A], b = new byte[pair.B];
        foreach (int at in pair.Changed.Where(c => c < b.Length))
        {
            b[at] = 1;
        }
        return (a, b);
    }

    private static bool[] Differences(byte[] a, byte[] b) => [.. Enumerable.Range(0, Math.Max(a.Length, b.Length)).Select(i => i >= a.Length || i >= b.Length || a[i] != b[i])];

    private static bool[] Covered(IEnumerable<FileRange> ranges, int length)
    {
        bool[] covered = new bool[length];
        foreach (FileRange range in ranges)
        {
            Array.Fill(covered, true, (int)range.Offset, (int)range.Length);
        }
        return covered;
    }

    private async Task<List<FileRange>> CompareAsync(byte[] a, byte[] b, long slice)
    {
        List<FileRange> ranges = [];
        await foreach (FileRange range in FileComparer.CompareAsync(_folder.Write(a), _folder.Write(b), slice, null, default))
        {
            ranges.Add(range);
        }
        return ranges;
    }

    private async Task<FileDigest> DigestAsync(byte[] data, DigestPlan plan)
    {
        string path = _folder.Write(data);
        return FileDigest.Of(path, plan, await Hashing.OfAsync(path, plan, null, default))[0];
    }
}
