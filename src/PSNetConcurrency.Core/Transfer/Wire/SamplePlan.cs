using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Transfer.Wire;

/// <summary>
/// Which samples of a file are compared: those that a key of the receiver's chooses, made up when the file has arrived, so that
/// nobody could know before. The digest is the one of Get-FileDigest -Mode Sample with that key.
/// </summary>
internal sealed record SamplePlan(byte[] Key, int Count, int Size)
{
    private const int KeyLength = 16, MostSamples = 100_000, LargestSample = 1024 * 1024;

    public static SamplePlan Random() => new(RandomNumberGenerator.GetBytes(KeyLength), DigestPlan.DefaultSampleCount, DigestPlan.DefaultSampleSize);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("key", Convert.ToHexString(Key));
        json.WriteNumber("count", Count);
        json.WriteNumber("sample_size", Size);
    }

    public static SamplePlan Read(DictionaryHeader header)
    {
        try
        {
            return header.GetString("key") is { Length: > 0 and <= 128 } key && header.GetInt64("count") is long count and > 0 and <= MostSamples && header.GetInt64("sample_size") is long size and > 0 and <= LargestSample
                ? new SamplePlan(Convert.FromHexString(key), (int)count, (int)size)
                : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new NetException(NetError.FrameCorrupted, "The receiver asked for samples that can't be.");
        }
    }

    /// <summary>The digest of the samples of a file.</summary>
    public byte[] Digest(SafeFileHandle file, long length, DigestAlgorithm algorithm, CancellationToken stop)
    {
        using ContentHash hash = ContentHash.Create(algorithm);
        List<byte[]> parts = [];
        byte[] buffer = new byte[Size];
        foreach (FileRange sample in SamplePositions.Choose(new FileRange(0, length), Size, Count, Key))
        {
            stop.ThrowIfCancellationRequested();
            int have = 0;
            for (int n = 1; n > 0 && have < sample.Length; have += n)
            {
                n = RandomAccess.Read(file, buffer.AsSpan(have, (int)sample.Length - have), sample.Offset + have);
            }
            hash.Append(buffer.AsSpan(0, have));
            parts.Add(hash.GetAndReset());
        }
        return FileHasher.RootOf(DigestMode.Sample, algorithm, length, parts);
    }
}
