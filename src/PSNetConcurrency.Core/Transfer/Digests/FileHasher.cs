using System.Buffers.Binary;
using System.Diagnostics;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>Hashes a file, or what a plan names of it, with several algorithms in one read.</summary>
internal static class FileHasher
{
    // How long a stop waits for a read under way. Local disks take a moment; a dead network folder may never answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const long LargestInRun = 256 * 1024;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Hashes the first of the files, and those behind it that are small as well, one after another on one thread: for a small
    /// file going there and back takes longer than its digest. No more than is done in a moment, so that nobody waits for long.
    /// </summary>
    /// <returns>What became of each, in order; at least of the first.</returns>
    public static Task<List<HashOutcome>> HashRunAsync(IEnumerable<string> paths, DigestPlan plan, DigestProgress? progress, CancellationToken stop) => PromptlyAsync(async () =>
    {
        List<HashOutcome> outcomes = [];
        long begun = Stopwatch.GetTimestamp();
        foreach (string path in paths)
        {
            if (outcomes.Count > 0 && Stopwatch.GetElapsedTime(begun) > Moment)
            {
                break;
            }
            stop.ThrowIfCancellationRequested();
            try
            {
                using FileSource source = FileSource.Open(path);
                if (outcomes.Count > 0 && source.Length > LargestInRun)
                {
                    break;
                }
                outcomes.Add(new HashOutcome(path, await HashAsync(source, plan, outcomes.Count == 0 ? progress : null, stop).ConfigureAwait(false), null));
            }
            catch (NetException e)
            {
                outcomes.Add(new HashOutcome(path, null, e));
            }
        }
        return outcomes;
    }, stop);

    /// <summary>Hashes a stream from where it is to its end.</summary>
    public static Task<HashedContent> HashAsync(Stream stream, DigestPlan plan, DigestProgress? progress, CancellationToken stop) => plan is { Mode: DigestMode.Full, IsWholeFile: true }
        ? PromptlyAsync(async () =>
        {
            try
            {
                return await StreamAsync(stream, plan, progress, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (FileErrors.IsFileFailure(e) || e is ObjectDisposedException)
            {
                throw new NetException(NetError.FileFailure, $"The stream can't be read: {e.Message}", stream, e);
            }
        }, stop)
        : throw new NetException(NetError.InvalidArgument, "A stream has neither slices nor ranges: hash it with -Mode Full, or name a file.");

    /// <summary>Hashes an open file; fails with a <see cref="NetException"/> also where the file changed while it was read.</summary>
    public static async Task<HashedContent> HashAsync(FileSource source, DigestPlan plan, DigestProgress? progress, CancellationToken stop)
    {
        try
        {
            HashedContent content;
            if (source.IsVirtual())
            {
                content = await VirtualAsync(source, plan, progress, stop).ConfigureAwait(false);
            }
            else
            {
                FileRange range = plan.RangeIn(source.Length, source.Path);
                FileRange[] parts = plan.PartsOf(range, source.Path);
                if (progress is not null)
                {
                    progress.Total = parts.Sum(p => p.Length);
                }
                content = new HashedContent(range, parts, plan.HasParts
                    ? await PartsAsync(source, range, parts, plan, progress, stop).ConfigureAwait(false)
                    : await WholeAsync(BlockPump.Ranges(source, parts), plan, range.Length, progress, stop).ConfigureAwait(false));
            }
            source.ThrowIfChanged();
            return content;
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, source.Path);
        }
    }

    /// <summary>Runs work on the thread pool; a stop ends the wait for it even where the system does not return from a read.</summary>
    internal static async Task<T> PromptlyAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        Task<T> running = Task.Run(work, stop);
        try
        {
            return await running.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            // So that the file is closed when the call is over, wherever reads end at all.
            await Task.WhenAny(running, Task.Delay(Patience, CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
    }

    private static Task<HashedContent> VirtualAsync(FileSource source, DigestPlan plan, DigestProgress? progress, CancellationToken stop)
    {
        if (plan is not { Mode: DigestMode.Full, IsWholeFile: true })
        {
            throw source.HasNoLength("Use -Mode Full, without a range.");
        }
        return ReadAsync();

        async Task<HashedContent> ReadAsync()
        {
            using FileStream stream = new(source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return await StreamAsync(stream, plan, progress, stop).ConfigureAwait(false);
        }
    }

    private static async Task<HashedContent> StreamAsync(Stream stream, DigestPlan plan, DigestProgress? progress, CancellationToken stop)
    {
        long length = 0;
        HashedDigest[] digests = await WholeAsync(Count(BlockPump.Stream(stream, stop)), plan, 0, progress, stop).ConfigureAwait(false);
        FileRange range = new(0, length);
        return new HashedContent(range, [range], digests);

        Func<Memory<byte>, ValueTask<int>> Count(Func<Memory<byte>, ValueTask<int>> read) => async buffer =>
        {
            int n = await read(buffer).ConfigureAwait(false);
            length += n;
            return n;
        };
    }

    private static async Task<HashedDigest[]> WholeAsync(Func<Memory<byte>, ValueTask<int>> read, DigestPlan plan, long length, DigestProgress? progress, CancellationToken stop)
    {
        bool imo = plan.Mode == DigestMode.ImoHash;
        ContentHash[] hashes = imo ? [new Murmur3Hash()] : [.. plan.Algorithms.Select(ContentHash.Create)];
        try
        {
            await BlockPump.RunAsync(read, hashes, progress, stop).ConfigureAwait(false);
            byte[][] digests = [.. hashes.Select(h => h.GetCurrent())];
            if (imo)
            {
                ImoHash.WriteLength(digests[0], length);
                return [new HashedDigest(ImoHash.AlgorithmName, digests[0], [])];
            }
            return [.. digests.Select((d, i) => new HashedDigest(plan.Algorithms[i].ToString(), d, []))];
        }
        finally
        {
            foreach (ContentHash hash in hashes)
            {
                hash.Dispose();
            }
        }
    }

    private static async Task<HashedDigest[]> PartsAsync(FileSource source, FileRange range, FileRange[] parts, DigestPlan plan, DigestProgress? progress, CancellationToken stop)
    {
        byte[][][] digests;
        if (parts.Length == 1)
        {
            HashedDigest[] one = await WholeAsync(BlockPump.Ranges(source, parts), plan, range.Length, progress, stop).ConfigureAwait(false);
            digests = [.. one.Select(d => new[] { d.Hash })];
        }
        else
        {
            digests = await new PartHasher(source, parts, plan.Algorithms, progress, stop).RunAsync().ConfigureAwait(false);
        }
        return [.. digests.Select((d, i) => new HashedDigest(plan.Algorithms[i].ToString(), RootOf(plan.Mode, plan.Algorithms[i], range.Length, d), d))];
    }

    /// <summary>The digest of the parts' digests. Samples do not tell the length, so it goes first: eight bytes, big-endian.</summary>
    public static byte[] RootOf(DigestMode mode, DigestAlgorithm algorithm, long length, IEnumerable<byte[]> parts)
    {
        using ContentHash root = ContentHash.Create(algorithm);
        if (mode == DigestMode.Sample)
        {
            Span<byte> number = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(number, length);
            root.Append(number);
        }
        foreach (byte[] part in parts)
        {
            root.Append(part);
        }
        return root.GetCurrent();
    }
}
