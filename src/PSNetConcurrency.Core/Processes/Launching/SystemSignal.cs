using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Sends signals to processes that are not children, and so may be gone, with their number another's, at any moment.</summary>
internal static partial class SystemSignal
{
    public const int Kill = 9, Terminate = 15;
    private const int NoProcess = 3;

    public static int Suspend { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    /// <summary>Sends to that very process; nothing where it is gone, or where the system has no such signal.</summary>
    public static void Send(ProcessRecord process, int signal)
    {
        if (OperatingSystem.IsLinux() && LinuxLauncher.IsSupported)
        {
            SendLinux(process, signal);
        }
        else if (OperatingSystem.IsWindows())
        {
            if (signal == Kill)
            {
                KillWindows(process);
            }
        }
        else if (ProcessTable.IsAlive(process))
        {
            _ = SendTo(process.ProcessId, signal);
        }
    }

    /// <summary>Whether anybody is in a process group; Windows has none.</summary>
    public static bool IsGroup(int groupId) => !OperatingSystem.IsWindows() && (SendTo(-groupId, 0) == 0 || Marshal.GetLastPInvokeError() != NoProcess);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int SendTo(int pid, int signal);

    // The descriptor is of one process: if that is the right one once it is open, it stays so.
    [SupportedOSPlatform("linux")]
    private static void SendLinux(ProcessRecord process, int signal)
    {
        int pidfd = ProcessLibc.PidfdOpen(process.ProcessId);
        if (pidfd >= 0)
        {
            if (ProcessTable.IsAlive(process))
            {
                _ = ProcessLibc.PidfdSendSignal(pidfd, signal);
            }
            _ = Libc.Close(pidfd);
        }
    }

    private static void KillWindows(ProcessRecord process)
    {
        try
        {
            using Process found = Process.GetProcessById(process.ProcessId);
            // Its number is its own as long as the handle is open.
            _ = found.SafeHandle;
            if (ProcessTable.IsAlive(process))
            {
                found.Kill();
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // Gone, or not ours to end.
        }
    }
}
