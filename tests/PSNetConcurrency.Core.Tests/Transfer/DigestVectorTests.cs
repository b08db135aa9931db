using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Tests.Transfer;

public sealed class DigestVectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // RFC 1321, FIPS 180-4 and its examples, the check value of CRC-32, and xxHash's own for nothing.
    [Theory]
    [InlineData(DigestAlgorithm.MD5, "abc", "900150983CD24FB0D6963F7D28E17F72")]
    [InlineData(DigestAlgorithm.SHA1, "abc", "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    [InlineData(DigestAlgorithm.SHA256, "abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData(DigestAlgorithm.SHA384, "abc", "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C825A7")]
    [InlineData(DigestAlgorithm.SHA512, "abc", "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F")]
    [InlineData(DigestAlgorithm.CRC32, "123456789", "CBF43926")]
    [InlineData(DigestAlgorithm.CRC32, "", "00000000")]
    [InlineData(DigestAlgorithm.XXH3, "", "2D06800538D394C2")]
    [InlineData(DigestAlgorithm.XXH128, "", "99AA06D3014798D86001C324468D497F")]
    [InlineData(DigestAlgorithm.SHA256, "", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    public async Task Algorithm_gives_its_published_digest(DigestAlgorithm algorithm, string text, string expected) =>
        Assert.Equal(expected, (await DigestAsync(Encoding.ASCII.GetBytes(text), new DigestPlan { Algorithms = [algorithm] }))[0].Hash);

    [Theory]
    [InlineData(16384, 131072, 0, "00000000000000000000000000000000")]
    [InlineData(16384, 131072, 1, "01659e2ec0f3c75bf39e43a41adb5d4f")]
    [InlineData(16384, 131072, 127, "7f47671cc79d4374404b807249f3166e")]
    [InlineData(16384, 131072, 4096, "802048c26d66de432dbfc71afca6705d")]
    [InlineData(16384, 131072, 131072, "8080085a3d3af2cb4b3a957811cdf370")]
    [InlineData(16384, 131072, 500000, "a0c21e44a0ba3bddee802a9d1c5332ca")]
    [InlineData(0, 100, 999, "e7078bfc9bdf7d7706adbd21002bb752")]
    public async Task Imohash_gives_its_published_digest(int sampleSize, int threshold, int length, string expected)
    {
        FileDigest digest = Assert.Single(await DigestAsync(Md5Stream(length), new DigestPlan { Mode = DigestMode.ImoHash, SampleSize = sampleSize, SampleThreshold = threshold }));
        Assert.Equal(expected, digest.Hash, ignoreCase: true);
        Assert.Equal("Murmur3", digest.Algorithm);
        Assert.Equal(length > 131000, digest.IsSampled);
    }

    // imohash's own chain of digests of a growing text.
    private static byte[] Md5Stream(int length)
    {
        List<byte> stream = [];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        while (stream.Count < length)
        {
            hash.AppendData("A"u8);
            stream.AddRange(hash.GetCurrentHash());
        }
        return [.. stream[..length]];
    }

    [Fact]
    public void Murmur3_is_the_same_however_its_input_is_cut() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[1, 40].Array[1, 5]).Sample((data, chunks) =>
    {
        using Murmur3Hash whole = new(), cut = new();
        whole.Append(data);
        for (int at = 0, i = 0; at < data.Length; i++)
        {
            int n = Math.Min(chunks[i % chunks.Length], data.Length - at);
            cut.Append(data.AsSpan(at, n));
            at += n;
        }
        Assert.Equal(whole.GetCurrent(), cut.GetAndReset());
        cut.Append(data);
        Assert.Equal(whole.GetCurrent(), cut.GetCurrent());
    });

    [Fact]
    public async Task Slices_cover_the_range_and_their_digests_make_the_root() =>
        await Gen.Select(Gen.Int[0, 600_000], Gen.Int[1, 100_000], Gen.Int[0, 1000]).Where((size, slice, offset) => offset <= size && size / slice < 5000).SampleAsync(async (size, slice, offset) =>
        {
            byte[] data = new byte[size];
            new Random(size).NextBytes(data);
            FileDigest[] digests = await DigestAsync(data, new DigestPlan { Algorithms = [DigestAlgorithm.SHA256, DigestAlgorithm.MD5], Mode = DigestMode.Slice, SliceSize = slice, Offset = offset });
            Assert.Equal(["SHA256", "MD5"], digests.Select(d => d.Algorithm));
            foreach ((FileDigest digest, Func<byte[], byte[]> hash) in new (FileDigest, Func<byte[], byte[]>)[] { (digests[0], SHA256.HashData), (digests[1], MD5.HashData) })
            {
                byte[][] slices = [.. data.Skip(offset).Chunk(slice)];
                Assert.Equal(slices.Select((s, i) => new DigestSlice(offset + ((long)i * slice), s.Length, Convert.ToHexString(hash(s)))), digest.Slice);
                Assert.Equal(Convert.ToHexString(hash([.. slices.SelectMany(hash)])), digest.Hash);
                Assert.False(digest.IsSampled);
                Assert.Equal((offset, size - offset), (digest.Offset, digest.Length));
            }
        }, iter: 60, threads: 1);

    [Fact]
    public async Task Ranges_and_block_boundaries_change_nothing() =>
        await Gen.Select(Gen.Int[-2, 2], Gen.Int[0, 3], Gen.Int[0, 10]).Where((around, blocks, _) => (blocks * BlockPump.BlockSize) + around >= 0).SampleAsync(async (around, blocks, offset) =>
        {
            byte[] data = new byte[(blocks * BlockPump.BlockSize) + around + offset + 7];
            new Random(around).NextBytes(data);
            int length = data.Length - offset - 7;
            FileDigest[] digests = await DigestAsync(data, new DigestPlan { Algorithms = [DigestAlgorithm.SHA384, DigestAlgorithm.SHA512, DigestAlgorithm.SHA256], Offset = offset, Length = length });
            byte[] range = data[offset..(offset + length)];
            Assert.Equal([SHA384.HashData(range), SHA512.HashData(range), SHA256.HashData(range)], digests.Select(d => Convert.FromHexString(d.Hash)));
        }, iter: 40, threads: 1);

    [Fact]
    public async Task Samples_are_the_blocks_that_the_key_chooses()
    {
        byte[] data = new byte[100_001], key = [1, 2, 3];
        new Random(7).NextBytes(data);
        DigestPlan plan = new() { Mode = DigestMode.Sample, SampleCount = 20, SampleSize = 1000, Key = key };
        FileDigest digest = (await DigestAsync(data, plan))[0];
        FileRange[] chosen = SamplePositions.Choose(new FileRange(0, data.Length), 1000, 20, key);
        byte[][] blocks = [.. chosen.Select(r => SHA256.HashData(data.AsSpan((int)r.Offset, (int)r.Length)))];
        Assert.Equal(blocks.Select(Convert.ToHexString), digest.Slice.Select(s => s.Hash));
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, data.Length);
        Assert.Equal(Convert.ToHexString(SHA256.HashData([.. length, .. blocks.SelectMany(b => b)])), digest.Hash);
        Assert.True(digest.IsSampled);
        Assert.Equal(chosen.Sum(r => r.Length) / 100_001d, digest.Coverage);
        Assert.NotEqual(digest.Hash, (await DigestAsync(data, plan with { Key = "other"u8.ToArray() }))[0].Hash);
        Assert.False((await DigestAsync(data, plan with { SampleCount = 101 }))[0].IsSampled);
    }

    [Fact]
    public void Sampled_blocks_are_different_aligned_within_the_range_and_repeatable() =>
        Gen.Select(Gen.Long[0, 1L << 45], Gen.Long[0, 1L << 40], Gen.Int[1, 1 << 20], Gen.Int[1, 2000], Gen.Byte.Array[0, 100]).Sample((offset, length, size, count, key) =>
        {
            FileRange range = new(offset, length);
            long blocks = SamplePositions.BlocksOf(length, size);
            FileRange[] chosen = SamplePositions.Choose(range, size, count, key);
            Assert.Equal(Math.Min(count, blocks), chosen.Length);
            Assert.Equal(chosen, SamplePositions.Choose(range, size, count, key));
            for (int i = 0; i < chosen.Length; i++)
            {
                Assert.Equal(0, (chosen[i].Offset - offset) % size);
                Assert.True(chosen[i].Offset >= (i == 0 ? offset : chosen[i - 1].End) && chosen[i].End <= range.End);
                Assert.True(chosen[i].Length == size || (chosen[i].Length > 0 && chosen[i].End == range.End));
            }
        }, iter: 300);

    [Fact]
    public void Every_block_is_sampled_as_often()
    {
        int[] seen = new int[50];
        for (int key = 0; key < 4000; key++)
        {
            foreach (FileRange block in SamplePositions.Choose(new FileRange(0, 500), 10, 5, BitConverter.GetBytes(key)))
            {
                seen[block.Offset / 10]++;
            }
        }
        // 400 are expected of each, with a deviation of 19.
        Assert.All(seen, n => Assert.InRange(n, 300, 500));
    }

    private async Task<FileDigest[]> DigestAsync(byte[] data, DigestPlan plan)
    {
        string path = _folder.Write(data);
        return FileDigest.Of(path, plan, await Hashing.OfAsync(path, plan, null, default));
    }
}
