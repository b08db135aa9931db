using System.Reflection;
using System.Runtime.InteropServices;

namespace PSNetConcurrency.Child;

/// <summary>Ends the process. What .NET does on the way, but for the handlers of ProcessExit, takes longer than most scripts do.</summary>
internal static class ProcessEnd
{
    // A tool that looks into the process writes its findings when the runtime itself shuts down.
    private static readonly string[] Tools = ["CORECLR_ENABLE_PROFILING", "DOTNET_EnableEventPipe", "COMPlus_EnableEventPipe"];

    /// <summary>Runs the handlers of ProcessExit and ends.</summary>
    public static void Exit(int exitCode)
    {
        if (!OperatingSystem.IsWindows() && Array.TrueForAll(Tools, t => Environment.GetEnvironmentVariable(t) is null or "" or "0")
            && typeof(AppContext).GetMethod("OnProcessExit", BindingFlags.Static | BindingFlags.NonPublic, Type.EmptyTypes) is { } handlers)
        {
            Environment.ExitCode = exitCode;
            handlers.Invoke(null, null);
            ExitNow(Environment.ExitCode);
        }
        Environment.Exit(exitCode);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitNow(int exitCode);
}
