using System.Runtime.InteropServices;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// The last stretch of a wait. Threads wake some tens of microseconds after a timer is due, so the timer is set a little early
/// and the rest is spun: shortly, because others may wait for the same instant on the same processor.
/// </summary>
internal static unsafe class PreciseWait
{
    // Linux wakes within 50 µs of the time asked for, unless told otherwise; Windows' best timers within half a millisecond.
    private static readonly long SpinTicks = TimeSpan.TicksPerMicrosecond * (OperatingSystem.IsWindows() ? 700 : 90);

    /// <summary>So long before, whoever waits otherwise hands over to <see cref="Until"/>, which holds the thread.</summary>
    public static TimeSpan Handover { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until what is left, in ticks, is nothing; asked again after each sleep, so that a clock that is set meanwhile is noticed.</summary>
    public static void Until(Func<long> left)
    {
        for (long rest = left(); rest > 0; rest = left())
        {
            if (rest > SpinTicks)
            {
                Sleep(rest - SpinTicks);
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }

    // The whole way once, so that it is compiled.
    public static void WarmUp()
    {
        int calls = 0;
        Until(() => calls++ switch { 0 => SpinTicks + 10, 1 => 1, _ => 0 });
    }

    private static void Sleep(long ticks)
    {
        if (OperatingSystem.IsWindows())
        {
            SleepWindows(ticks);
            return;
        }
        Span<nint> time = [(nint)(ticks / TimeSpan.TicksPerSecond), (nint)(ticks % TimeSpan.TicksPerSecond * 100)];
        fixed (nint* request = time)
        {
            // A signal ends it early, and it is asked again how much is left.
            _ = NanoSleep(request, null);
        }
    }

    private static void SleepWindows(long ticks)
    {
        const uint highResolution = 2, allAccess = 0x1F0003;
        nint timer = CreateWaitableTimer(null, null, highResolution, allAccess);
        if (timer == 0)
        {
            // Before Windows 10, 1803.
            Thread.Sleep(ticks > 16 * TimeSpan.TicksPerMillisecond ? 1 : 0);
            return;
        }
        long due = -ticks;
        if (SetWaitableTimer(timer, &due, 0, null, null, 0) != 0)
        {
            _ = WaitForSingleObject(timer, 1000);
        }
        _ = CloseHandle(timer);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int NanoSleep(nint* request, nint* rest);

    [DllImport("kernel32", EntryPoint = "CreateWaitableTimerExW")]
    private static extern nint CreateWaitableTimer(void* attributes, char* name, uint flags, uint access);

    [DllImport("kernel32", EntryPoint = "SetWaitableTimer")]
    private static extern int SetWaitableTimer(nint timer, long* due, int period, void* routine, void* argument, int resume);

    [DllImport("kernel32", EntryPoint = "WaitForSingleObject")]
    private static extern uint WaitForSingleObject(nint handle, uint milliseconds);

    [DllImport("kernel32", EntryPoint = "CloseHandle")]
    private static extern int CloseHandle(nint handle);
}
