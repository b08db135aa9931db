namespace PSNetConcurrency.Core;

/// <summary>
/// SplitMix64, and what is drawn from it by basic arithmetic only: neither System.Random nor Math.Log promises the same
/// results on every version and system, and the same seed must repeat bit for bit.
/// </summary>
internal struct RepeatableRandom(ulong state)
{
    private const double Ln2 = 0.693147180559945309417;
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state = state;

    /// <summary>A generator for one of many purposes: its numbers have nothing to do with those of another, nor with this one's.</summary>
    public readonly RepeatableRandom For(ulong purpose)
    {
        RepeatableRandom mix = this;
        return new(mix.Next() ^ purpose);
    }

    /// <summary>The same generator where it stands after <paramref name="count"/> more numbers: any of them can be drawn without those before it.</summary>
    public readonly RepeatableRandom After(long count) => new(_state + ((ulong)count * Gamma));

    public ulong Next()
    {
        ulong z = _state += Gamma;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to but not including 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1d / (1UL << 53));

    /// <summary>A duration of the exponential distribution with the mean <paramref name="mean"/>.</summary>
    public double NextExponential(double mean) => -mean * Ln(1 - NextDouble());

    /// <summary>How many fail before the first success, when each succeeds with probability <paramref name="rate"/>; long.MaxValue for one that never comes.</summary>
    public long NextSkip(double rate)
    {
        if (rate <= 0)
        {
            return long.MaxValue;
        }
        if (rate >= 1)
        {
            return 0;
        }
        // 1 - u is never 0. A small rate would lose its digits in 1 - rate, so its logarithm is taken another way.
        double skip = Ln(1 - NextDouble()) / (rate < 0.25 ? TwiceArtanh(-rate / (2 - rate)) : Ln(1 - rate));
        return skip >= long.MaxValue / 2 ? long.MaxValue : (long)skip;
    }

    // The natural logarithm of a normal positive number.
    private static double Ln(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        long exponent = (bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }
        return (exponent * Ln2) + TwiceArtanh((mantissa - 1) / (mantissa + 1));
    }

    // ln((1 + s) / (1 - s)) by its series; |s| is at most 0.172 here, so that 12 terms reach the last bit.
    private static double TwiceArtanh(double s)
    {
        double square = s * s, power = s, sum = 0;
        for (int k = 1; k < 24; k += 2)
        {
            sum += power / k;
            power *= square;
        }
        return 2 * sum;
    }
}
