using System.Runtime.CompilerServices;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// How the methods that every message passes through are compiled: in full at their first call. Otherwise a server's or a
/// measurement's first seconds run in code that only counts calls, and on a busy machine the compiler comes late to the better one.
/// </summary>
internal static class HotPath
{
    public const MethodImplOptions Options = MethodImplOptions.AggressiveOptimization;
}
