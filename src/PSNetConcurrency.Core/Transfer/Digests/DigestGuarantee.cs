using System.Globalization;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>Says in words what an equal digest proves.</summary>
internal static class DigestGuarantee
{
    public static string Of(DigestPlan plan, HashedContent content, HashedDigest digest) => plan.Mode switch
    {
        DigestMode.ImoHash when content.Coverage < 1 =>
            string.Create(CultureInfo.InvariantCulture, $"Tells files apart by their length and three samples of {plan.SampleSize} bytes. Damage anywhere else is not found, and anybody can make another file with this digest."),
        DigestMode.ImoHash => "Every byte is covered. Finds accidents; anybody can make another file with this digest.",
        DigestMode.Sample when content.Coverage < 1 => Sampled(plan, content) + (plan.Key.Length > 0 ? "" : " Without a -Key anybody knows which."),
        _ => $"Every byte{(plan.IsWholeFile ? "" : " of the range")} is covered. {Strength(digest.Algorithm)}",
    };

    private static string Sampled(DigestPlan plan, HashedContent content)
    {
        long blocks = SamplePositions.BlocksOf(content.Range.Length, plan.SampleSize);
        double one = SampleOdds.Detection(blocks, 0.01, plan.SampleCount), tenth = SampleOdds.Detection(blocks, 0.001, plan.SampleCount);
        return string.Create(CultureInfo.InvariantCulture,
            $"{content.Parts.Length} of {blocks} blocks of {plan.SampleSize} bytes were read: damage of 1 % of the blocks is found with a probability of {Percent(one)}, of 0.1 % with {Percent(tenth)}. The others may hold anything.");
    }

    // Cut rather than rounded: a probability must not read as more than it is.
    private static string Percent(double probability) => probability >= 1 ? "100 %" : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(probability * 10_000) / 100:0.##} %");

    private static string Strength(string algorithm) => Enum.Parse<DigestAlgorithm>(algorithm) switch
    {
        DigestAlgorithm.CRC32 => "Finds accidents but one in 2^32; anybody can make another file with this digest.",
        DigestAlgorithm.XXH3 => "Finds accidents but one in 2^64; anybody can make another file with this digest.",
        DigestAlgorithm.XXH128 => "Finds accidents but one in 2^128; anybody can make another file with this digest.",
        DigestAlgorithm.MD5 or DigestAlgorithm.SHA1 => "Finds any accident; whoever makes both files can give two different ones this digest.",
        _ => "Finds any accident, and nobody can make another file with this digest.",
    };
}
