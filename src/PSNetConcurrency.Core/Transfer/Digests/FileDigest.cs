using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency;

/// <summary>A digest of a file, with one algorithm, and what it proves.</summary>
public sealed record FileDigest
{
    /// <summary>The file's full path; null for a stream.</summary>
    public required string? Path { get; init; }

    /// <summary>Where in the file the bytes begin that the digest is of; 0 without a range.</summary>
    public required long Offset { get; init; }

    /// <summary>How many bytes the digest is of: the file's length, or the range's.</summary>
    public required long Length { get; init; }

    /// <summary>The algorithm's name, as -Algorithm takes it; Murmur3 for imohash.</summary>
    public required string Algorithm { get; init; }

    public required DigestMode Mode { get; init; }

    /// <summary>The digest in upper-case hexadecimal digits, as Get-FileHash writes it.</summary>
    public required string Hash { get; init; }

    /// <summary>Whether some of the bytes were not read.</summary>
    public bool IsSampled => Coverage < 1;

    /// <summary>The share of the bytes that were read, 0 to 1.</summary>
    public required double Coverage { get; init; }

    /// <summary>What an equal digest proves, and what it does not.</summary>
    public required string Guarantee { get; init; }

    /// <summary>The slices, or the blocks sampled, with a digest each, in the order of their offsets. Empty in the other modes.</summary>
    public required DigestSlice[] Slice { get; init; }

    public override string ToString() => $"{Hash}  {Path}";

    internal static FileDigest[] Of(string? path, DigestPlan plan, HashedContent content) =>
    [
        .. content.Digests.Select(d => new FileDigest
        {
            Path = path,
            Offset = content.Range.Offset,
            Length = content.Range.Length,
            Algorithm = d.Algorithm,
            Mode = plan.Mode,
            Hash = Convert.ToHexString(d.Hash),
            Coverage = content.Coverage,
            Guarantee = DigestGuarantee.Of(plan, content, d),
            Slice = [.. d.Parts.Select((hash, i) => new DigestSlice(content.Parts[i].Offset, content.Parts[i].Length, Convert.ToHexString(hash)))],
        }),
    ];
}

/// <summary>One slice of a file.</summary>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Hash">Its digest in upper-case hexadecimal digits.</param>
public sealed record DigestSlice(long Offset, long Length, string Hash);
