using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency
{
    /// <summary>How probably samples find damage.</summary>
    public sealed record DigestConfidence
    {
        /// <summary>The file's length; null for a file without end.</summary>
        public required long? FileLength { get; init; }

        public required long SampleSize { get; init; }

        public required long SampleCount { get; init; }

        /// <summary>The share of the file's blocks that is damaged.</summary>
        public required double DamagedFraction { get; init; }

        /// <summary>The probability that one of the samples at least is damaged, and so found.</summary>
        public required double DetectionProbability { get; init; }

        /// <summary>The probability that was asked for.</summary>
        public required double Confidence { get; init; }

        /// <summary>How many samples reach it.</summary>
        public required long RequiredSample { get; init; }

        /// <summary>How many bytes these are.</summary>
        public required long RequiredBytes { get; init; }

        /// <summary>The share of the file that SampleCount samples are; null for a file without end.</summary>
        public required double? Coverage { get; init; }
    }
}

namespace PSNetConcurrency.Core.Transfer.Digests
{
    /// <summary>
    /// The probability with which random blocks find damage. With n of B different blocks, m of them damaged, none is found
    /// with probability C(B-m, n) / C(B, n); of a file without end, (1-f)^n, which is never less.
    /// </summary>
    internal static class SampleOdds
    {
        // Beyond it the product would take long, and (1-f)^n differs from it no more.
        private const long MostFactors = 100_000;

        public static DigestConfidence Measure(long? fileLength, long sampleSize, long sampleCount, double damagedFraction, double confidence)
        {
            if (fileLength is null && confidence >= 1 && damagedFraction < 1)
            {
                throw new NetException(NetError.InvalidArgument, "No number of samples finds damage for certain in a file without end. Give a -Confidence below 1, or the -FileLength.", confidence);
            }
            long? blocks = fileLength is { } length ? SamplePositions.BlocksOf(length, sampleSize) : null;
            long count = Math.Min(sampleCount, blocks ?? long.MaxValue), required = Required(blocks, damagedFraction, confidence);
            return new DigestConfidence
            {
                FileLength = fileLength,
                SampleSize = sampleSize,
                SampleCount = sampleCount,
                DamagedFraction = damagedFraction,
                DetectionProbability = Detection(blocks, damagedFraction, count),
                Confidence = confidence,
                RequiredSample = required,
                RequiredBytes = Math.Min(fileLength ?? long.MaxValue, required > long.MaxValue / sampleSize ? long.MaxValue : required * sampleSize),
                Coverage = fileLength is null ? null : fileLength == 0 ? 1 : Math.Min(1, (double)count * sampleSize / fileLength.Value),
            };
        }

        /// <summary>The probability that one of <paramref name="count"/> blocks at least is damaged.</summary>
        public static double Detection(long? blocks, double damagedFraction, long count) => -Math.Exp(LogMiss(blocks, damagedFraction, count)) + 1;

        private static long Required(long? blocks, double damagedFraction, double confidence)
        {
            double wanted = Math.Log(1 - confidence);
            long low = 0, high = blocks ?? Math.Max(1, (long)Math.Min(long.MaxValue / 2, Math.Ceiling(wanted / Math.Log(1 - damagedFraction)) + 1));
            // A hair of tolerance: 1 - 0.99 is not 0.01 in binary.
            while (low < high)
            {
                long middle = low + ((high - low) / 2);
                if (LogMiss(blocks, damagedFraction, middle) <= wanted * (1 - 1e-12))
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }
            return low;
        }

        // The logarithm of the probability to find nothing.
        private static double LogMiss(long? blocks, double damagedFraction, long count)
        {
            if (blocks is not { } all)
            {
                return damagedFraction >= 1 ? (count > 0 ? double.NegativeInfinity : 0) : count * Math.Log(1 - damagedFraction);
            }
            // A hair less, so that 0.07 of 100 blocks is 7 blocks and not 8.
            long damaged = all == 0 ? 0 : Math.Clamp((long)Math.Ceiling(damagedFraction * all * (1 - 1e-13)), 1, all);
            if (count > all - damaged)
            {
                return damaged == 0 ? 0 : double.NegativeInfinity;
            }
            long factors = Math.Min(count, damaged), other = Math.Max(count, damaged);
            if (factors > MostFactors)
            {
                return count * Math.Log(1 - ((double)damaged / all));
            }
            double sum = 0;
            for (long i = 0; i < factors; i++)
            {
                sum += Math.Log(1 - ((double)other / (all - i)));
            }
            return sum;
        }
    }
}
