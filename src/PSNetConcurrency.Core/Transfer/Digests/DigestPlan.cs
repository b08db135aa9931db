using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>A part of a file.</summary>
internal readonly record struct FileRange(long Offset, long Length)
{
    public long End => Offset + Length;
}

/// <summary>What to hash of a file, and how. Two ends with equal plans get equal digests of equal files.</summary>
internal sealed record DigestPlan
{
    public const long DefaultSliceSize = 8 * 1024 * 1024;

    /// <summary>Catches damage of one block in a hundred with 99 %.</summary>
    public const int DefaultSampleCount = 459;

    public const int DefaultSampleSize = 16 * 1024;

    public const long DefaultSampleThreshold = 128 * 1024;

    // A digest of each is kept.
    public const int MostParts = 1_000_000;

    public IReadOnlyList<DigestAlgorithm> Algorithms { get; init; } = [DigestAlgorithm.SHA256];

    public DigestMode Mode { get; init; }

    public long SliceSize { get; init; } = DefaultSliceSize;

    public int SampleCount { get; init; } = DefaultSampleCount;

    public int SampleSize { get; init; } = DefaultSampleSize;

    /// <summary>The key that chooses the positions of <see cref="DigestMode.Sample"/>.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>Below this length imohash reads all.</summary>
    public long SampleThreshold { get; init; } = DefaultSampleThreshold;

    public long Offset { get; init; }

    /// <summary>The length of the range; null for all up to the end.</summary>
    public long? Length { get; init; }

    public bool IsWholeFile => Offset == 0 && Length is null;

    /// <summary>Whether the parts have a digest each.</summary>
    public bool HasParts => Mode is DigestMode.Slice or DigestMode.Sample;

    /// <summary>The range of a file of that length; it must lie in the file.</summary>
    public FileRange RangeIn(long fileLength, string? path)
    {
        if (Offset > fileLength || Length > fileLength - Offset)
        {
            throw new NetException(NetError.InvalidArgument,
                $"'{path}' has {fileLength} bytes: a range that begins at {Offset}{(Length is null ? "" : $" and has {Length} bytes")} does not lie in it.", path);
        }
        return new FileRange(Offset, Length ?? (fileLength - Offset));
    }

    /// <summary>What is read of the range, in the order of the offsets.</summary>
    public FileRange[] PartsOf(FileRange range, string? path) => Mode switch
    {
        DigestMode.Slice => Slices(range, path),
        DigestMode.Sample => SamplePositions.Choose(range, SampleSize, SampleCount, Key.Span),
        DigestMode.ImoHash => ImoHash.Parts(range, SampleSize, SampleThreshold),
        _ => [range],
    };

    private FileRange[] Slices(FileRange range, string? path)
    {
        long count = (range.Length / SliceSize) + (range.Length % SliceSize > 0 ? 1 : 0);
        if (count > MostParts)
        {
            throw new NetException(NetError.InvalidArgument,
                $"'{path}' would have {count} slices of {SliceSize} bytes, and a digest is kept of each: at most {MostParts}. Give a -SliceSize of {(range.Length / MostParts) + 1} or more.", path);
        }
        FileRange[] slices = new FileRange[count];
        for (int i = 0; i < slices.Length; i++)
        {
            slices[i] = new FileRange(range.Offset + (i * SliceSize), Math.Min(SliceSize, range.Length - (i * SliceSize)));
        }
        return slices;
    }
}
