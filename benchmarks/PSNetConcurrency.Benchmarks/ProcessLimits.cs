using System.Runtime.InteropServices;

namespace PSNetConcurrency.Benchmarks;

/// <summary>What the system lets this process have.</summary>
internal static partial class ProcessLimits
{
    private const int OpenFiles = 7;

    /// <summary>Raises the number of open files to what the system allows; returns it, or 0 where there is no such limit.</summary>
    public static long RaiseOpenFiles()
    {
        if (!OperatingSystem.IsLinux() || GetLimit(OpenFiles, out Limit limit) != 0)
        {
            return 0;
        }
        limit.Current = limit.Maximum;
        _ = SetLimit(OpenFiles, in limit);
        return (long)Math.Min(limit.Maximum, long.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    private struct Limit
    {
        public ulong Current;
        public ulong Maximum;
    }
}
