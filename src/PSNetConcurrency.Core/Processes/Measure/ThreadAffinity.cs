using System.Runtime.InteropServices;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>Binds the calling thread to processors: one bit each, as Process.ProcessorAffinity has them for a whole process.</summary>
internal static class ThreadAffinity
{
    /// <exception cref="NetException">NotSupportedHere: macOS has no such binding. InvalidArgument: none of the processors may be used.</exception>
    public static void Set(long mask)
    {
        bool done;
        if (OperatingSystem.IsLinux())
        {
            done = sched_setaffinity(0, sizeof(long), ref mask) == 0;
        }
        else if (OperatingSystem.IsWindows())
        {
            done = SetThreadAffinityMask(GetCurrentThread(), (nuint)mask) != 0;
        }
        else
        {
            throw new NetException(NetError.NotSupportedHere, "A thread can be bound to processors on Linux and Windows, and not on this system. Leave out -ProcessorAffinity.", mask);
        }
        if (!done)
        {
            throw new NetException(NetError.InvalidArgument, $"This process may use none of the processors of the mask {mask}: bit 0 (value 1) is the first processor, and there are {Environment.ProcessorCount}.", mask);
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int sched_setaffinity(int pid, nint size, ref long mask);

    [DllImport("kernel32", SetLastError = true)]
    private static extern nuint SetThreadAffinityMask(nint thread, nuint mask);

    [DllImport("kernel32")]
    private static extern nint GetCurrentThread();
}
