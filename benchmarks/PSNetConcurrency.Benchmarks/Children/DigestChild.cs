using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>A shell with the module imported: runs each script that it reads from a line, and answers with the seconds and what it returned.</summary>
internal static class DigestChild
{
    public static async Task<int> RunAsync(string manifest)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        Run("Import-Module -Name '" + manifest + "' -ErrorAction Stop");
        while (await Console.In.ReadLineAsync() is { } script)
        {
            long start = Stopwatch.GetTimestamp();
            string output = Run(script);
            Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture)} {output}");
        }
        return 0;

        string Run(string script)
        {
            using PowerShell shell = PowerShell.Create(runspace);
            return string.Join(' ', shell.AddScript("$ErrorActionPreference = 'Stop'; " + script).Invoke());
        }
    }
}
