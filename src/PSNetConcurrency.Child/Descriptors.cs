using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PSNetConcurrency.Child;

/// <summary>
/// Takes standard input and output away from scripts: frames keep them to themselves, under numbers that no program inherits.
/// Descriptor 1 becomes standard error, and 0 the null device.
/// </summary>
internal static class Descriptors
{
    private const int DuplicateCloseOnExecLinux = 1030, DuplicateCloseOnExecMac = 67, LowestNumber = 64;
    private const int StandardInput = -10, StandardOutput = -11, StandardError = -12;

    public static (Stream Input, Stream Output) Take()
    {
        if (OperatingSystem.IsWindows())
        {
            return TakeWindows();
        }
        Stream input = Open(0, FileAccess.Read), output = Open(1, FileAccess.Write);
        using (SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read))
        {
            _ = dup2((int)nothing.DangerousGetHandle(), 0);
        }
        _ = dup2(2, 1);
        // PowerShell's own console has opened its writer already, on the descriptor that was.
        Console.SetIn(TextReader.Null);
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        return (input, output);
    }

    /// <summary>Kills this process, and the group where it leads one, by SIGKILL.</summary>
    public static void KillGroup()
    {
        if (!OperatingSystem.IsWindows())
        {
            int self = getpid();
            _ = kill(getpgid(0) == self ? -self : self, 9);
        }
        Environment.FailFast(null);
    }

    /// <summary>Ends this process as the signal would that it has caught.</summary>
    public static void DieBy(int signal)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetHandler(signal, 0);
            _ = kill(getpid(), signal);
        }
        Environment.Exit(128 + signal);
    }

    private static FileStream Open(int number, FileAccess access)
    {
        int copy = OperatingSystem.IsMacOS()
            ? fcntlMac(number, DuplicateCloseOnExecMac, 0, 0, 0, 0, 0, 0, LowestNumber)
            : fcntl(number, DuplicateCloseOnExecLinux, LowestNumber);
        if (copy < 0)
        {
            throw new IOException($"Descriptor {number} can't be copied.");
        }
        return new FileStream(new SafeFileHandle(copy, ownsHandle: true), access, bufferSize: 0);
    }

    private static (Stream Input, Stream Output) TakeWindows()
    {
        Stream input = Console.OpenStandardInput(), output = Console.OpenStandardOutput();
        // Programs that scripts start inherit neither.
        _ = SetHandleInformation(GetStdHandle(StandardInput), 1, 0);
        _ = SetHandleInformation(GetStdHandle(StandardOutput), 1, 0);
        _ = SetStdHandle(StandardInput, File.OpenHandle("NUL").DangerousGetHandle());
        _ = SetStdHandle(StandardOutput, GetStdHandle(StandardError));
        Console.SetIn(TextReader.Null);
        Console.SetOut(Console.Error);
        return (input, output);
    }

    [DllImport("libc")]
    private static extern int dup2(int from, int to);

    [DllImport("libc")]
    private static extern int fcntl(int descriptor, int command, int argument);

    // Arguments past the named ones lie on the stack there: the first eight are passed in registers.
    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int fcntlMac(int descriptor, int command, nint a, nint b, nint c, nint d, nint e, nint f, nint argument);

    [DllImport("libc")]
    private static extern int getpid();

    [DllImport("libc")]
    private static extern int getpgid(int process);

    [DllImport("libc")]
    private static extern int kill(int process, int signal);

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetHandler(int signal, nint handler);

    [DllImport("kernel32")]
    private static extern nint GetStdHandle(int which);

    [DllImport("kernel32")]
    private static extern int SetStdHandle(int which, nint handle);

    [DllImport("kernel32")]
    private static extern int SetHandleInformation(nint handle, int mask, int flags);
}
