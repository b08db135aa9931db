using System.Runtime.InteropServices;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// Lets a thread that waits for an instant come first when it is due, where the system allows that: Windows everybody, Unix
/// those who may raise priorities. It is given back before anything of others' runs on the thread, as processes inherit it.
/// </summary>
internal static class WaitPriority
{
    private const int OfProcess = 0, Highest = -20;

    /// <summary>Raises that of the calling thread; returns what to give to <see cref="Restore"/>.</summary>
    public static int? Raise()
    {
        if (OperatingSystem.IsWindows())
        {
            int before = (int)Thread.CurrentThread.Priority;
            Thread.CurrentThread.Priority = ThreadPriority.Highest;
            return before;
        }
        // Elsewhere than on Linux it would be that of the whole process.
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        int nice = GetPriority(OfProcess, 0);
        return SetPriority(OfProcess, 0, Highest) == 0 ? nice : null;
    }

    public static void Restore(int? before)
    {
        if (before is not { } value)
        {
            return;
        }
        if (OperatingSystem.IsWindows())
        {
            Thread.CurrentThread.Priority = (ThreadPriority)value;
        }
        else
        {
            _ = SetPriority(OfProcess, 0, value);
        }
    }

    [DllImport("libc", EntryPoint = "getpriority")]
    private static extern int GetPriority(int which, int who);

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, int who, int priority);
}
