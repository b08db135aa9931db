using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Transfer;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Tests.Transfer;

public sealed class FileHasherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DigestMode.Full)]
    [InlineData(DigestMode.Slice)]
    public async Task A_stop_inside_a_huge_file_ends_at_once_and_leaves_no_handle(DigestMode mode)
    {
        string path = _folder.Sparse(1L << 40);
        using CancellationTokenSource stop = new();
        DigestProgress progress = new();
        Task<HashedContent> hashing = Hashing.OfAsync(path, new DigestPlan { Algorithms = [DigestAlgorithm.SHA256, DigestAlgorithm.XXH128], Mode = mode }, progress, stop.Token);
        await Eventually.TrueAsync(() => progress.Done > 0, "something is read");
        Assert.Equal(1L << 40, progress.Total);
        Assert.True(IsOpen(path) || !OperatingSystem.IsLinux());
        await stop.CancelAsync();
        // A second longer than anything here takes; a read to the end would take minutes.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hashing.WaitAsync(Eventually.Limit));
        Assert.False(IsOpen(path));
    }

    [Fact]
    public async Task A_read_that_never_returns_does_not_hold_a_stop()
    {
        using CancellationTokenSource stop = new();
        TaskCompletionSource reading = new();
        Task<int> work = FileHasher.PromptlyAsync(async () =>
        {
            reading.SetResult();
            await new TaskCompletionSource<int>().Task;
            return 0;
        }, stop.Token);
        await reading.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.WaitAsync(Eventually.Limit));
    }

    [Theory]
    [InlineData(DigestMode.Full, 1)]
    [InlineData(DigestMode.Full, -1)]
    [InlineData(DigestMode.Slice, 1)]
    [InlineData(DigestMode.Slice, -1)]
    [InlineData(DigestMode.Sample, 1)]
    [InlineData(DigestMode.Full, 0)]
    public async Task A_file_that_changes_while_it_is_read_is_an_error(DigestMode mode, int growth)
    {
        string path = _folder.Write(new byte[3_000_000]);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        using FileSource source = FileSource.Open(path);
        using (FileStream writer = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.SetLength(writer.Length + growth);
            writer.WriteByte(1);
        }
        NetException failure = await Assert.ThrowsAsync<NetException>(() => FileHasher.HashAsync(source, new DigestPlan { Mode = mode, SliceSize = 1_000_000 }, null, default));
        Assert.Equal(NetError.FileChanged, failure.Error);
        Assert.Equal(path, failure.Target);
    }

    [Fact]
    public async Task Each_failure_has_a_name_of_its_own()
    {
        string path = _folder.Write([1, 2, 3]);
        await FailsAsync(NetError.FileNotFound, path + "x");
        await FailsAsync(NetError.FileNotFound, Path.Combine(path + "x", "y"));
        await FailsAsync(NetError.InvalidArgument, _folder.Path);
        await FailsAsync(NetError.InvalidArgument, path, new DigestPlan { Offset = 4 });
        await FailsAsync(NetError.InvalidArgument, path, new DigestPlan { Offset = 1, Length = 3 });
        await FailsAsync(NetError.InvalidArgument, _folder.Sparse(1L << 40), new DigestPlan { Mode = DigestMode.Slice, SliceSize = 1 });
        Assert.Equal(NetError.AccessDenied, FileErrors.Describe(new UnauthorizedAccessException(), path).Error);
        if (OperatingSystem.IsLinux())
        {
            await FailsAsync(NetError.NotSupportedHere, "/dev/zero");
            await FailsAsync(NetError.NotSupportedHere, "/proc/version", new DigestPlan { Mode = DigestMode.Slice });
        }
        using FileStream locked = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        await FailsAsync(NetError.FileFailure, path);
    }

    [Fact]
    public async Task A_file_without_a_length_of_its_own_is_read_to_its_end()
    {
        if (OperatingSystem.IsLinux())
        {
            HashedContent content = await Hashing.OfAsync("/proc/version", new DigestPlan(), null, default);
            byte[] version = await File.ReadAllBytesAsync("/proc/version");
            Assert.Equal(System.Security.Cryptography.SHA256.HashData(version), content.Digests[0].Hash);
            Assert.Equal(version.Length, content.Range.Length);
        }
    }

    [Fact]
    public async Task A_stream_is_read_from_where_it_is()
    {
        using MemoryStream stream = new([9, .. "abc"u8]) { Position = 1 };
        HashedContent content = await FileHasher.HashAsync(stream, new DigestPlan { Algorithms = [DigestAlgorithm.MD5] }, null, default);
        Assert.Equal("900150983CD24FB0D6963F7D28E17F72", Convert.ToHexString(content.Digests[0].Hash));
        Assert.Equal(3, content.Range.Length);
        Assert.Equal(NetError.InvalidArgument, (await Assert.ThrowsAsync<NetException>(() => FileHasher.HashAsync(stream, new DigestPlan { Mode = DigestMode.Slice }, null, default))).Error);
    }

    [Fact]
    public async Task Small_files_are_hashed_in_runs_with_their_failures_between_and_a_large_one_begins_its_own()
    {
        string a = _folder.Write("a"u8), none = Path.Combine(_folder.Path, "none"), large = _folder.Sparse(1 << 20), b = _folder.Write("b"u8);
        List<(string Path, NetError? Error)> told = [];
        List<int> runs = [];
        for (string[] left = [a, none, large, b]; left.Length > 0; left = left[runs[^1]..])
        {
            List<HashOutcome> run = await FileHasher.HashRunAsync(left, new DigestPlan(), null, default);
            Assert.NotEmpty(run);
            runs.Add(run.Count);
            told.AddRange(run.Select(o => (o.Path, o.Failure?.Error)));
        }
        Assert.Equal([(a, null), (none, NetError.FileNotFound), (large, null), (b, null)], told);
        // How far a run comes is a matter of time; never behind what is large.
        Assert.Contains(2, runs.Select((_, i) => runs.Take(i + 1).Sum()));
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FileHasher.HashRunAsync([a], new DigestPlan(), null, stop.Token));
    }

    private static async Task FailsAsync(NetError error, string path, DigestPlan? plan = null)
    {
        NetException failure = await Assert.ThrowsAsync<NetException>(() => Hashing.OfAsync(path, plan ?? new DigestPlan(), null, default));
        Assert.Equal((error, path), (failure.Error, (string?)failure.Target));
    }

    private static bool IsOpen(string path) => OperatingSystem.IsLinux() && Directory.GetFiles("/proc/self/fd").Any(fd =>
    {
        try
        {
            return File.ResolveLinkTarget(fd, returnFinalTarget: false)?.FullName == path;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return false;
        }
    });
}
