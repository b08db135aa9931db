using System.Diagnostics;

namespace PSNetConcurrency.Tests.Shell;

/// <summary>A test of what only Unix has: signals, native commands of every system.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Needs a Unix system.";
        }
    }
}

/// <summary>A test of the prompt in a real terminal, which tmux gives. CI must have it; elsewhere the test is skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "tmux is not on Windows.";
        }
        else if (!HasTmux() && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "tmux is not installed.";
        }
    }

    private static bool HasTmux()
    {
        try
        {
            using Process? tmux = Process.Start(new ProcessStartInfo("tmux", "-V") { RedirectStandardOutput = true });
            tmux!.WaitForExit();
            return tmux.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
