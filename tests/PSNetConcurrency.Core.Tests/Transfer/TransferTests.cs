using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Sending;

namespace PSNetConcurrency.Core.Tests.Transfer;

public class TransferTests
{
    private const int Slice = 64 * 1024;

    public static TheoryData<int, TransferVerification> Sizes
    {
        get
        {
            TheoryData<int, TransferVerification> data = [];
            foreach (TransferVerification verify in Enum.GetValues<TransferVerification>())
            {
                // Nothing, around a slice, around what is sent unasked, around what is read at once.
                foreach (int size in new[] { 0, 1, Slice - 1, Slice, Slice + 1, 256 * 1024, (256 * 1024) + 1, (10 * Slice) - 1, 10 * Slice, (20 * Slice) + 17 })
                {
                    data.Add(size, verify);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_file_arrives_as_it_is(int size, TransferVerification verify)
    {
        await using TransferRig rig = new();
        byte[] content = TransferRig.Bytes(size);
        string path = rig.File("a.bin", content);
        File.SetLastWriteTimeUtc(path, new DateTime(2001, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc));
        FileTransferResult sent = await rig.SendOneAsync(rig.To() with { Verify = verify }, path);
        Assert.Equal(content, rig.Received("a.bin"));
        Assert.Equal(File.GetLastWriteTimeUtc(path), File.GetLastWriteTimeUtc(Path.Combine(rig.Target, "a.bin")));
        await rig.AllGoneAsync();
        FileTransferResult received = Assert.Single(rig.Told());
        foreach (FileTransferResult result in new[] { sent, received })
        {
            Assert.Equal(("a.bin", (long)size, (long)size, 0L, false), (result.Name, result.Length, result.BytesSent, result.BytesSkipped, result.Resumed));
            Assert.Equal(verify != TransferVerification.None, result.Verified);
        }
        Assert.Equal(sent.Digest, received.Digest);
        if (verify == TransferVerification.Full)
        {
            Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content)), sent.Digest);
        }
        await rig.StopAsync();
        Assert.Equal(["a.bin"], rig.InTarget());
    }

    [Theory]
    [InlineData(DigestAlgorithm.MD5)]
    [InlineData(DigestAlgorithm.SHA1)]
    [InlineData(DigestAlgorithm.SHA512)]
    [InlineData(DigestAlgorithm.CRC32)]
    [InlineData(DigestAlgorithm.XXH3)]
    [InlineData(DigestAlgorithm.XXH128)]
    public async Task Every_algorithm_verifies(DigestAlgorithm algorithm)
    {
        await using TransferRig rig = new();
        foreach (TransferVerification verify in new[] { TransferVerification.Full, TransferVerification.Slice, TransferVerification.Sample })
        {
            string path = rig.File($"{verify}.bin", TransferRig.Bytes(5 * Slice));
            FileTransferResult sent = await rig.SendOneAsync(rig.To() with { Verify = verify, Algorithm = algorithm }, path);
            Assert.Equal((true, algorithm, verify), (sent.Verified, sent.Algorithm, sent.VerifyMode));
            Assert.NotNull(sent.Digest);
        }
    }

    [Fact]
    public async Task A_tree_arrives_with_its_folders_and_times()
    {
        await using TransferRig rig = new();
        string[] names = ["tree/a.txt", "tree/deep/er/b.bin", "tree/空の/файл 1.txt", "tree/emoji 🎉.txt", "tree/[x]*?.txt"];
        for (int i = 0; i < names.Length; i++)
        {
            rig.File(names[i], TransferRig.Bytes(1000 * (i + 1), i));
        }
        Directory.CreateDirectory(Path.Combine(rig.Source, "tree", "empty"));
        DateTime then = new(1999, 12, 31, 23, 59, 58, DateTimeKind.Utc);
        Directory.SetLastWriteTimeUtc(Path.Combine(rig.Source, "tree", "deep"), then);
        List<SendOutcome> outcomes = await rig.SendAsync(rig.To(), Path.Combine(rig.Source, "tree"));
        Assert.All(outcomes, o => Assert.Null(o.Failure));
        Assert.Equal(names.Length + 5, outcomes.Count);
        await rig.StopAsync();
        Assert.Equal(names.Order(StringComparer.Ordinal), rig.InTarget());
        Assert.All(names, n => Assert.Equal(File.ReadAllBytes(Path.Combine(rig.Source, n)), rig.Received(n)));
        Assert.True(Directory.Exists(Path.Combine(rig.Target, "tree", "empty")));
        Assert.Equal(then, Directory.GetLastWriteTimeUtc(Path.Combine(rig.Target, "tree", "deep")));
    }

    [Fact]
    public async Task Thousands_of_small_files_arrive_over_one_connection()
    {
        await using TransferRig rig = new();
        for (int i = 0; i < 3000; i++)
        {
            rig.File($"many/{i:d4}", TransferRig.Bytes(i % 257, i));
        }
        List<SendOutcome> outcomes = await rig.SendAsync(rig.To(), Path.Combine(rig.Source, "many"));
        Assert.Equal(3001, outcomes.Count(o => o.Result is not null));
        Assert.Equal(1, rig.Server.TotalConnection);
        Assert.All(Enumerable.Range(0, 3000), i => Assert.Equal(TransferRig.Bytes(i % 257, i), rig.Received($"many/{i:d4}")));
    }

    [Fact]
    public async Task Files_that_fail_do_not_stop_the_others()
    {
        await using TransferRig rig = new();
        string good = rig.File("good.bin", TransferRig.Bytes(1000)), gone = rig.File("gone.bin", [1]), large = rig.File("large.bin", TransferRig.Bytes(10 * Slice));
        await using FileSender sender = FileSender.Start(rig.To(), rig.Limit);
        File.WriteAllText(Path.Combine(rig.Target, "large.bin"), "kept");
        File.Delete(gone);
        foreach (string path in new[] { gone, large, good })
        {
            Assert.True(sender.TryAdd(new SendItem(path, Path.GetFileName(path), isFolder: false)));
        }
        sender.Complete();
        Dictionary<string, SendOutcome> outcomes = [];
        await foreach (SendOutcome outcome in sender.Outcomes.ReadAllAsync(rig.Limit))
        {
            outcomes[outcome.Item.Name] = outcome;
        }
        Assert.Equal(NetError.FileNotFound, outcomes["gone.bin"].Failure?.Error);
        Assert.Equal(NetError.FileExists, outcomes["large.bin"].Failure?.Error);
        Assert.True(outcomes["good.bin"].Result?.Verified);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(rig.Target, "large.bin")));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20 * Slice)]
    public async Task A_conflict_ends_as_the_receiver_says(int size)
    {
        byte[] old = TransferRig.Bytes(10, 1), fresh = TransferRig.Bytes(size, 2);
        foreach (FileConflict conflict in Enum.GetValues<FileConflict>())
        {
            await using TransferRig rig = new(o => o with { Conflict = conflict });
            string path = rig.File("a.b.txt", fresh);
            File.WriteAllBytes(Path.Combine(rig.Target, "a.b.txt"), old);
            File.WriteAllBytes(Path.Combine(rig.Target, "a.b (1).txt"), old);
            SendOutcome outcome = Assert.Single(await rig.SendAsync(rig.To(), path));
            Assert.Equal(conflict == FileConflict.Fail ? NetError.FileExists : null, outcome.Failure?.Error);
            Assert.Equal(conflict == FileConflict.Skip, outcome.Result?.Skipped ?? false);
            Assert.Equal(conflict == FileConflict.Overwrite ? fresh : old, rig.Received("a.b.txt"));
            Assert.Equal(old, rig.Received("a.b (1).txt"));
            Assert.Equal(conflict == FileConflict.Rename, File.Exists(Path.Combine(rig.Target, "a.b (2).txt")));
            await rig.StopAsync();
            Assert.Equal(conflict == FileConflict.Rename ? 3 : 2, rig.InTarget().Length);
        }
    }

    [Fact]
    public async Task A_receiver_takes_no_more_than_it_is_told_to()
    {
        await using TransferRig rig = new(o => o with { MaximumBytes = 1000, MaximumFile = 3 });
        await rig.FailsAsync(NetError.MessageTooLarge, rig.To(), rig.File("large", TransferRig.Bytes(1001)));
        await rig.FailsAsync(NetError.MessageTooLarge, rig.To(), rig.File("larger", TransferRig.Bytes(10 * Slice)));
        await rig.SendOneAsync(rig.To(), rig.File("fits", TransferRig.Bytes(1000)));
        string[] four = [.. Enumerable.Range(0, 4).Select(i => rig.File($"f{i}", [1]))];
        Assert.Contains((await rig.SendAsync(rig.To() with { RetryCount = 0 }, four)), o => o.Failure is not null);
    }

    [Fact]
    public async Task Several_senders_are_served_at_once()
    {
        await using TransferRig rig = new();
        string[] paths = [.. Enumerable.Range(0, 8).Select(i => rig.File($"f{i}", TransferRig.Bytes((30 * Slice) + i, i)))];
        await Task.WhenAll(paths.Select(p => rig.SendOneAsync(rig.To(), p)));
        Assert.All(Enumerable.Range(0, 8), i => Assert.Equal(TransferRig.Bytes((30 * Slice) + i, i), rig.Received($"f{i}")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_changes_while_it_is_sent_is_an_error_and_stays_out(bool shrinks)
    {
        await using TransferRig rig = new();
        string path = rig.File("a.bin", TransferRig.Bytes(100 * Slice));
        // Slow, so that it is in the middle when it changes.
        await using FileSender sender = FileSender.Start(rig.To() with { Limit = 20 * Slice }, rig.Limit);
        Assert.True(sender.TryAdd(new SendItem(path, "a.bin", isFolder: false)));
        sender.Complete();
        Assert.True(await rig.Server.WaitAsync(s => s.BytesReceived > 2 * Slice, rig.Limit));
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(shrinks ? 10 * Slice : 100 * Slice);
            if (!shrinks)
            {
                file.Write([1, 2, 3]);
            }
        }
        SendOutcome outcome = await sender.Outcomes.ReadAsync(rig.Limit);
        Assert.Equal(NetError.FileChanged, outcome.Failure?.Error);
        await rig.AllGoneAsync();
        await rig.StopAsync();
        Assert.Empty(rig.InTarget());
    }

    [Fact]
    public async Task The_rate_is_never_above_its_limit()
    {
        await using TransferRig rig = new();
        FileTransferResult sent = await rig.SendOneAsync(rig.To() with { Limit = 400_000 }, rig.File("a", TransferRig.Bytes(200_000)));
        Assert.True(sent.Duration > TimeSpan.FromSeconds(0.4), $"200000 bytes at 400000 a second took {sent.Duration}.");
    }
}
