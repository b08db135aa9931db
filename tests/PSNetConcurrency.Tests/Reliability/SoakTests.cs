using System.Diagnostics;
using System.Reflection;

namespace PSNetConcurrency.Tests.Reliability;

/// <summary>The reliability campaign for some seconds; build.ps1 -Task Soak runs it for as long as you like.</summary>
public class SoakTests
{
    // A process of its own: it compares what it holds, and would count what other tests hold.
    private static string Program { get; } = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "PSNetConcurrency.Soak", "bin",
        typeof(SoakTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration, "net10.0", "PSNetConcurrency.Soak.dll");

    [Fact]
    public async Task Under_load_and_faults_nothing_is_lost_and_nothing_rises()
    {
        // Script children take a second each to start, and have tests of their own.
        (int exitCode, string output) = await RunAsync("--seconds", "4", "--seed", "8", "--without", "scripts");
        Assert.True(exitCode == 0, output);
        Assert.Contains("Nothing was lost, and nothing was wrong.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_is_not_told_right_it_does_not_run()
    {
        (int exitCode, string output) = await RunAsync("--only", "nothing");
        Assert.Equal(2, exitCode);
        Assert.Contains("usage:", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
