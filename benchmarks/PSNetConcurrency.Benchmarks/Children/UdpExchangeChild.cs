using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>Invoke-UdpExchange -Count, as a user calls it, on messages of 64 bytes: prints the exchanges a second.</summary>
internal static class UdpExchangeChild
{
    private const string Script = """
        param($Manifest, $Port, $Count)
        Import-Module $Manifest
        $message = [byte[]]::new(64)
        # Once before, so that all is loaded and compiled.
        $null = Invoke-UdpExchange 127.0.0.1 $Port $message -Count 2000
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $replies = Invoke-UdpExchange 127.0.0.1 $Port $message -Count $Count
        $seconds = $watch.Elapsed.TotalSeconds
        if ($replies.Where{ $_.Status -ne 'Replied' -or $_.Reply.Length -ne 64 }.Count -ne 0 -or $replies.Count -ne $Count) { throw 'Not every exchange had its reply.' }
        $Count / $seconds
        """;

    public static Task<int> RunAsync(string manifest, int port, int count)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        PSObject rate = shell.AddScript(Script).AddArgument(manifest).AddArgument(port).AddArgument(count).Invoke().Single();
        Console.WriteLine(((double)rate.BaseObject).ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(0);
    }
}
