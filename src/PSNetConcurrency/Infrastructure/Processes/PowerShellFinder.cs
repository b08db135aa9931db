using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Which PowerShell a child is: the one asked for, the one that this is, or the first of PATH.</summary>
internal static class PowerShellFinder
{
    private static string Name => OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";

    /// <param name="asked">-PowerShellPath: a path; null to look.</param>
    /// <exception cref="NetException"><see cref="NetError.PowerShellNotFound"/></exception>
    public static string Find(string? asked)
    {
        if (asked is not null)
        {
            return File.Exists(asked) ? asked : throw new NetException(NetError.PowerShellNotFound, $"There is no PowerShell at {asked}. Give -PowerShellPath the path of a pwsh of version 7.4 or later.", asked);
        }
        string home = HomeOfEngine();
        string candidate = Path.Combine(home, Name);
        if (File.Exists(candidate))
        {
            return candidate;
        }
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            candidate = Path.Combine(folder, Name);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }
        throw new NetException(NetError.PowerShellNotFound, $"There is no {Name} in {home}, nor in the folders of PATH. Install PowerShell 7.4 or later, or give its path with -PowerShellPath.", Name);
    }

    // $PSHOME.
    private static string HomeOfEngine() => Path.GetDirectoryName(typeof(PSObject).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
}
