using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>Imports the module into a shell that has just started, and answers with the import's time as a share of the start's, and in milliseconds.</summary>
internal static class ImportChild
{
    public static Task<int> RunAsync(string manifest)
    {
        long start = Stopwatch.GetTimestamp();
        using PowerShell shell = PowerShell.Create(InitialSessionState.CreateDefault2());
        shell.AddScript("1").Invoke();
        TimeSpan started = Stopwatch.GetElapsedTime(start);
        shell.Commands.Clear();
        start = Stopwatch.GetTimestamp();
        shell.AddCommand("Import-Module").AddParameter("Name", manifest).AddParameter("ErrorAction", "Stop").Invoke();
        TimeSpan imported = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{imported / started} {imported.TotalMilliseconds}"));
        return Task.FromResult(0);
    }
}
