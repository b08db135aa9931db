using System.Runtime.CompilerServices;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>Compares two files byte by byte, and gives the ranges in which they differ.</summary>
/// <remarks>
/// Each range begins and ends with bytes that differ. Differences in the same slice or in adjoining slices are one range, so
/// that scattered ones do not flood: there may be equal bytes in it. What only the longer file has differs.
/// </remarks>
internal static class FileComparer
{
    public const long DefaultSliceSize = 64 * 1024;
    private const int BlockSize = 512 * 1024;

    public static async IAsyncEnumerable<FileRange> CompareAsync(string reference, string difference, long sliceSize, DigestProgress? progress, [EnumeratorCancellation] CancellationToken stop)
    {
        using Pair pair = await FileHasher.PromptlyAsync(() => Task.FromResult(new Pair(reference, difference)), stop).ConfigureAwait(false);
        RangeMerger merger = new(sliceSize);
        List<FileRange> found = [];
        if (progress is not null)
        {
            progress.Total = pair.Common;
        }
        for (long at = 0; at < pair.Common;)
        {
            long offset = at;
            int n = (int)Math.Min(BlockSize, pair.Common - at);
            await FileHasher.PromptlyAsync(() => pair.CompareAsync(offset, n, sliceSize, merger, found), stop).ConfigureAwait(false);
            foreach (FileRange range in found)
            {
                yield return range;
            }
            found.Clear();
            at += n;
            progress?.Add(n);
        }
        pair.ThrowIfChanged();
        if (pair.Longer > pair.Common && merger.Add(pair.Common, pair.Longer - pair.Common) is { } before)
        {
            yield return before;
        }
        if (merger.Finish() is { } last)
        {
            yield return last;
        }
    }

    private sealed class Pair : IDisposable
    {
        private readonly FileSource _a, _b;
        private readonly byte[] _blockA = new byte[BlockSize], _blockB = new byte[BlockSize];

        public Pair(string reference, string difference)
        {
            _a = FileSource.OpenSized(reference);
            try
            {
                _b = FileSource.OpenSized(difference);
            }
            catch
            {
                _a.Dispose();
                throw;
            }
        }

        public long Common => Math.Min(_a.Length, _b.Length);

        public long Longer => Math.Max(_a.Length, _b.Length);

        /// <summary>Compares a block; adds to <paramref name="found"/> the ranges that are complete.</summary>
        public async Task<bool> CompareAsync(long offset, int count, long sliceSize, RangeMerger merger, List<FileRange> found)
        {
            Task other = Read(_b, _blockB);
            await Task.WhenAll(Read(_a, _blockA), other).ConfigureAwait(false);
            if (_blockA.AsSpan(0, count).SequenceEqual(_blockB.AsSpan(0, count)))
            {
                return true;
            }
            for (int at = 0; at < count;)
            {
                int piece = (int)Math.Min(count - at, sliceSize - ((offset + at) % sliceSize));
                ReadOnlySpan<byte> a = _blockA.AsSpan(at, piece), b = _blockB.AsSpan(at, piece);
                int first = a.CommonPrefixLength(b);
                if (first < piece)
                {
                    int last = piece - 1;
                    while (a[last] == b[last])
                    {
                        last--;
                    }
                    if (merger.Add(offset + at + first, last - first + 1) is { } complete)
                    {
                        found.Add(complete);
                    }
                }
                at += piece;
            }
            return false;

            Task Read(FileSource source, byte[] block) => Task.Run(() =>
            {
                try
                {
                    source.ReadExactly(block.AsSpan(0, count), offset);
                }
                catch (Exception e) when (FileErrors.IsFileFailure(e))
                {
                    throw FileErrors.Describe(e, source.Path);
                }
            });
        }

        public void ThrowIfChanged()
        {
            _a.ThrowIfChanged();
            _b.ThrowIfChanged();
        }

        public void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
        }
    }
}
