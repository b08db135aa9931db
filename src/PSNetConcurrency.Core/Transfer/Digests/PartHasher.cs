using System.Buffers;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>Hashes parts that have a digest each, several at once: parts are independent, which the bytes of one digest are not.</summary>
internal sealed class PartHasher(FileSource source, FileRange[] parts, IReadOnlyList<DigestAlgorithm> algorithms, DigestProgress? progress, CancellationToken stop)
{
    // Small enough to stay in a processor's own cache between reading and hashing.
    private const int BlockSize = 128 * 1024;

    private readonly byte[][][] _digests = [.. algorithms.Select(_ => new byte[parts.Length][])];
    private int _next = -1;
    private volatile bool _failed;

    /// <summary>The digests, by algorithm and part.</summary>
    public async Task<byte[][][]> RunAsync()
    {
        long total = parts.Sum(p => p.Length);
        int workers = (int)Math.Min(Math.Min(Environment.ProcessorCount, 8), Math.Min(parts.Length, total / BlockSize));
        if (workers < 2)
        {
            Work();
        }
        else
        {
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(Work))).ConfigureAwait(false);
        }
        return _digests;
    }

    private void Work()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        ContentHash[] hashes = [.. algorithms.Select(ContentHash.Create)];
        try
        {
            int i;
            while (!_failed && (i = Interlocked.Increment(ref _next)) < parts.Length)
            {
                Read(parts[i], buffer, hashes);
                for (int a = 0; a < hashes.Length; a++)
                {
                    _digests[a][i] = hashes[a].GetAndReset();
                }
            }
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            foreach (ContentHash hash in hashes)
            {
                hash.Dispose();
            }
        }
    }

    private void Read(FileRange part, byte[] buffer, ContentHash[] hashes)
    {
        for (long at = part.Offset; at < part.End && !_failed;)
        {
            stop.ThrowIfCancellationRequested();
            Span<byte> block = buffer.AsSpan(0, (int)Math.Min(BlockSize, part.End - at));
            source.ReadExactly(block, at);
            foreach (ContentHash hash in hashes)
            {
                hash.Append(block);
            }
            at += block.Length;
            progress?.Add(block.Length);
        }
    }
}
