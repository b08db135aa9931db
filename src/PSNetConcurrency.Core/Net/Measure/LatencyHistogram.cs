using System.Numerics;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>
/// Counts of durations in fixed log-linear buckets, 64 to a power of two: whatever the range, a percentile is off by 1.6 % at
/// most, and recording allocates nothing.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits) * SubBuckets];

    /// <summary>How many values were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The smallest value, exactly; 0 when there is none.</summary>
    public long Minimum { get; private set; }

    /// <summary>The largest value, exactly.</summary>
    public long Maximum { get; private set; }

    /// <summary>Counts a value; a negative one is taken for 0.</summary>
    public void Record(long value)
    {
        value = Math.Max(0, value);
        _counts[IndexOf(value)]++;
        if (Count++ == 0 || value < Minimum)
        {
            Minimum = value;
        }
        if (value > Maximum)
        {
            Maximum = value;
        }
    }

    /// <summary>The smallest value that at least this share (0 to 1) of the values does not exceed; 0 when there is none.</summary>
    public long Percentile(double share)
    {
        long rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Math.Max(1, Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                // The middle of the bucket, but never outside what was seen.
                return Math.Clamp(LowerBound(i) + ((Width(i) - 1) / 2), Minimum, Maximum);
            }
        }
        return 0;
    }

    private static int IndexOf(long value)
    {
        if (value < SubBuckets)
        {
            return (int)value;
        }
        int exponent = BitOperations.Log2((ulong)value);
        return ((exponent - SubBits + 1) << SubBits) + (int)((value >> (exponent - SubBits)) & (SubBuckets - 1));
    }

    private static long Width(int index) => index < SubBuckets ? 1 : 1L << ((index >> SubBits) - 1);

    private static long LowerBound(int index) =>
        index < SubBuckets ? index : (long)(SubBuckets + (index & (SubBuckets - 1))) << ((index >> SubBits) - 1);
}
