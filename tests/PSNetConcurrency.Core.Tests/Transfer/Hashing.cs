using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Tests.Transfer;

internal static class Hashing
{
    /// <summary>What hashing one file gives, or throws.</summary>
    public static async Task<HashedContent> OfAsync(string path, DigestPlan plan, DigestProgress? progress, CancellationToken stop)
    {
        HashOutcome outcome = Assert.Single(await FileHasher.HashRunAsync([path], plan, progress, stop));
        return outcome.Content ?? throw outcome.Failure!;
    }
}
