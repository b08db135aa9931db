using System.Runtime.InteropServices;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>Binds the calling thread to processors: one bit each, as Process.ProcessorAffinity has them for a whole process.</summary>
internal static class ThreadAffinity
{
    /// <exception cref="NetException">NotSupportedHere: macOS has no such binding. InvalidArgument: none of the processors may be used.</exception>
    public static void Set(long mask)
    {
        if (OperatingSystem.IsLinux())
        {
            ThreadSettings.Bind(0, mask);
        }
        else if (!OperatingSystem.IsWindows())
        {
            throw new NetException(NetError.NotSupportedHere, "A thread can be bound to processors on Linux and Windows, and not on this system. Leave out -ProcessorAffinity.", mask);
        }
        else if (SetThreadAffinityMask(GetCurrentThread(), (nuint)mask) == 0)
        {
            throw StartChecks.NoSuchProcessor(mask);
        }
    }

    [DllImport("kernel32", SetLastError = true)]
    private static extern nuint SetThreadAffinityMask(nint thread, nuint mask);

    [DllImport("kernel32")]
    private static extern nint GetCurrentThread();
}
