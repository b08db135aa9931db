using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>What hashing by a plan gave.</summary>
/// <param name="Range">What the digests are of.</param>
/// <param name="Parts">What was read of it; a digest's parts are in this order.</param>
/// <param name="Digests">One for each algorithm of the plan, in its order.</param>
internal sealed record HashedContent(FileRange Range, FileRange[] Parts, HashedDigest[] Digests)
{
    /// <summary>How many bytes were read.</summary>
    public long BytesRead => Parts.Sum(p => p.Length);

    /// <summary>The share of the range that was read.</summary>
    public double Coverage => Range.Length == 0 ? 1 : (double)BytesRead / Range.Length;
}

/// <summary>What became of one file of several: what hashing it gave, or why it can't be hashed.</summary>
internal readonly record struct HashOutcome(string Path, HashedContent? Content, NetException? Failure);

/// <summary>The digest with one algorithm.</summary>
/// <param name="Algorithm">The algorithm's name.</param>
/// <param name="Hash">The digest.</param>
/// <param name="Parts">The digest of each part, where the plan has parts.</param>
internal sealed record HashedDigest(string Algorithm, byte[] Hash, byte[][] Parts);

/// <summary>How far hashing is. Written by the engine, read by whoever shows it.</summary>
internal sealed class DigestProgress
{
    private long _done, _total;

    public long Done => Interlocked.Read(ref _done);

    /// <summary>How many bytes will be read; 0 while that is not known.</summary>
    public long Total
    {
        get => Interlocked.Read(ref _total);
        set => Interlocked.Exchange(ref _total, value);
    }

    public void Add(long bytes) => Interlocked.Add(ref _done, bytes);
}
