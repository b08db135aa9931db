using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>The pools of child processes of this session.</summary>
internal static class ChildProcessPools
{
    /// <summary>Those with one of the ids, or one of the names.</summary>
    public static IEnumerable<ChildProcessPool> Select(int[]? ids, string[]? names, Action<NetException> notFound) =>
        HandleSelector.Select(HandleRegistry.Get<ChildProcessPool>(), ids, names, p => p.Id, p => p.Name, "pool of child processes", "Get-ChildProcessPool", notFound);
}
