using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Shell;

/// <summary>What the terminal can do.</summary>
internal static partial class Terminal
{
    private const int StandardOutput = -11;
    private const uint VirtualTerminalProcessing = 0x4;

    /// <summary>Whether a person sees the output as it comes and it may contain escape sequences.</summary>
    public static bool OutputIsTerminal { get; } = !Console.IsOutputRedirected && SupportsEscapes();

    /// <summary>Whether the error stream may contain escape sequences.</summary>
    public static bool ErrorIsTerminal { get; } = !Console.IsErrorRedirected && SupportsEscapes();

    /// <summary>Whether a person types.</summary>
    public static bool InputIsTerminal { get; } = !Console.IsInputRedirected;

    /// <summary>Columns, or 80 where there is no terminal.</summary>
    public static int Columns => Math.Max(1, Measure(static () => Console.WindowWidth, 80));

    /// <summary>Rows, or 40 where there is no terminal.</summary>
    public static int Rows => Math.Max(1, Measure(static () => Console.WindowHeight, 40));

    private static int Measure(Func<int> measure, int otherwise)
    {
        try
        {
            return measure() is > 0 and int size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }

    private static bool SupportsEscapes()
    {
        if (Environment.GetEnvironmentVariable("TERM") == "dumb")
        {
            return false;
        }
        return !OperatingSystem.IsWindows() || EnableEscapesOnWindows();
    }

    [SupportedOSPlatform("windows")]
    private static bool EnableEscapesOnWindows()
    {
        nint handle = GetStdHandle(StandardOutput);
        return GetConsoleMode(handle, out uint mode)
            && ((mode & VirtualTerminalProcessing) != 0 || SetConsoleMode(handle, mode | VirtualTerminalProcessing));
    }

    [LibraryImport("kernel32.dll")]
    private static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}
