namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>imohash: Murmur3 of the whole of a small file or of three samples, its first bytes replaced by the length.</summary>
internal static class ImoHash
{
    public const string AlgorithmName = "Murmur3";

    /// <summary>What is read of the range.</summary>
    public static FileRange[] Parts(FileRange range, int sampleSize, long threshold) =>
        sampleSize < 1 || range.Length < threshold || range.Length < 4L * sampleSize
            ? [range]
            :
            [
                new FileRange(range.Offset, sampleSize),
                new FileRange(range.Offset + (range.Length / 2), sampleSize),
                new FileRange(range.End - sampleSize, sampleSize),
            ];

    /// <summary>Puts the length, as an unsigned LEB128 number, over the digest's first bytes.</summary>
    public static void WriteLength(Span<byte> digest, long length)
    {
        ulong rest = (ulong)length;
        int at = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            digest[at++] = (byte)(rest | 0x80);
        }
        digest[at] = (byte)rest;
    }
}
