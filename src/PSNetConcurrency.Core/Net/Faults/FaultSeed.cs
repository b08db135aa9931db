namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>What a proxy's seed becomes.</summary>
internal static class FaultSeed
{
    /// <summary>The generator of one purpose for one direction of one connection.</summary>
    public static RepeatableRandom For(long seed, long connection, FaultDirection direction, int purpose) =>
        new RepeatableRandom((ulong)seed).For((ulong)connection).For(((ulong)direction << 8) | (uint)purpose).For(0);
}
