using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Tests.Help;

/// <summary>A fresh runspace of the real engine with the module imported from the clone.</summary>
internal sealed class CleanEngine : IDisposable
{
    private readonly Runspace _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    public CleanEngine(bool import = true)
    {
        _runspace.Open();
        if (import)
        {
            Run("Import-Module -Name $args[0] -ErrorAction Stop", TestEnvironment.ManifestPath);
        }
    }

    /// <summary>Runs a script; an error of any kind fails the test.</summary>
    public IReadOnlyList<PSObject> Run(string script, params object[] arguments)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        return Collect(shell, script, arguments, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs a script for at most <paramref name="limit"/>; an error of any kind fails the test.</summary>
    public IReadOnlyList<PSObject> RunWithin(TimeSpan limit, string script, params object[] arguments)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        return Collect(shell, script, arguments, limit);
    }

    public CommandInfo Command(string name) => (CommandInfo)Run("Get-Command -Name $args[0] -ErrorAction Stop", name)[0].BaseObject;

    public void Dispose() => _runspace.Dispose();

    private static List<PSObject> Collect(PowerShell shell, string script, object[] arguments, TimeSpan limit)
    {
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }
        PSDataCollection<PSObject> output = [];
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        if (!running.AsyncWaitHandle.WaitOne(limit))
        {
            shell.Stop();
            Assert.Fail($"This still ran after {limit.TotalSeconds} s:\n{script}");
        }
        shell.EndInvoke(running);
        // What is for a person before a terminal comes as far as to say so.
        string errors = string.Join('\n', shell.Streams.Error.Where(e => !e.FullyQualifiedErrorId.StartsWith("NoTerminal,", StringComparison.Ordinal)).Select(e => $"{e.FullyQualifiedErrorId}: {e}"));
        Assert.True(errors.Length == 0, $"{script}\n{errors}");
        return [.. output];
    }
}
