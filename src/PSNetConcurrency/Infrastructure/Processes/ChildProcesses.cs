using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>The child processes of this session.</summary>
internal static class ChildProcesses
{
    /// <summary>How long what is told to end may take over it, before it is killed, where nobody says otherwise.</summary>
    public const double DefaultGraceSeconds = 5;

    public static IReadOnlyList<ChildProcess> All() => HandleRegistry.Get<ChildProcess>();

    /// <summary>Those with one of the ids, or one of the names.</summary>
    public static IEnumerable<ChildProcess> Select(int[]? ids, string[]? names, Action<NetException> notFound) =>
        HandleSelector.Select(All(), ids, names, c => c.Id, c => c.Name, "child process", "Get-ChildProcess", notFound);

    /// <summary>Takes a child that has ended off the list, and drops what nobody received.</summary>
    public static void Remove(ChildProcess child)
    {
        HandleRegistry.Remove(child);
        child.DropOutput();
    }
}
