using PSNetConcurrency.Soak.Report;

namespace PSNetConcurrency.Soak;

/// <summary>One round of a scenario, whose random numbers depend on nothing but the seed and its place.</summary>
internal sealed class Round(string scenario, int worker, long number, long seed, Figures figures, CancellationToken stop)
{
    /// <summary>As <c>--round</c> takes it.</summary>
    public string Place => $"{worker}.{number}";

    public long Number => number;

    public Random Random { get; } = new(SeedOf(seed, scenario, worker, number));

    public Figures Figures => figures;

    /// <summary>Ends when the round has taken far too long.</summary>
    public CancellationToken Stop => stop;

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        Random.NextBytes(bytes);
        return bytes;
    }

    public override string ToString() => $"{scenario}, round {Place}";

    // FNV-1a: the same on every run, which string.GetHashCode is not.
    private static int SeedOf(long seed, string scenario, int worker, long number)
    {
        uint hash = 2166136261;
        foreach (char c in $"{seed}/{scenario}/{worker}/{number}")
        {
            hash = (hash ^ c) * 16777619;
        }
        return (int)hash;
    }
}

/// <summary>Something was not as it must be.</summary>
internal sealed class SoakException(string message, Exception? inner = null) : Exception(message, inner)
{
    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SoakException(otherwise);
        }
    }
}
