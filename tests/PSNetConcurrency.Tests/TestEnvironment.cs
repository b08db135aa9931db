using System.Reflection;
using System.Runtime.CompilerServices;

namespace PSNetConcurrency.Tests;

/// <summary>Where the clone and what was built from it are.</summary>
internal static class TestEnvironment
{
    /// <summary>The folder of the manifest.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    public static string ManifestPath => Path.Combine(RepositoryRoot, "PSNetConcurrency.psd1");

    /// <summary>The output folder of the shell, built in the configuration of the tests.</summary>
    public static string ShellFolder { get; } = Path.Combine(
        RepositoryRoot, "src", "PSNetConcurrency.Shell", "bin",
        typeof(TestEnvironment).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration, "net10.0");

    /// <summary>The launcher of the shell.</summary>
    public static string ShellPath { get; } = Path.Combine(ShellFolder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh");

    // Script children of the tests' own engine, beside which there is no pwsh, run in the shell.
    [ModuleInitializer]
    internal static void OfferShell() =>
        Environment.SetEnvironmentVariable("PATH", ShellFolder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PSNetConcurrency.psd1")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException("PSNetConcurrency.psd1 is in no folder above the tests.");
    }
}
