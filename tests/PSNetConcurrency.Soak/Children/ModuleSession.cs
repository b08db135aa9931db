using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSNetConcurrency.Tests;

namespace PSNetConcurrency.Soak.Children;

/// <summary>A runspace of the real engine with the module imported from the clone, as a user's shell has it.</summary>
internal sealed class ModuleSession : IDisposable
{
    private readonly Runspace _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    public ModuleSession()
    {
        _runspace.Open();
        Run($"Import-Module '{TestEnvironment.ManifestPath}'");
    }

    /// <summary>Runs a script that must not fail.</summary>
    public Collection<PSObject> Run(string script, params (string Name, object? Value)[] variables)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = _runspace;
        foreach ((string name, object? value) in variables)
        {
            _runspace.SessionStateProxy.SetVariable(name, value);
        }
        Collection<PSObject> output = shell.AddScript(script).Invoke();
        SoakException.Require(shell.Streams.Error.Count == 0, string.Join(Environment.NewLine, shell.Streams.Error.Select(e => $"{e.FullyQualifiedErrorId}: {e}")));
        return output;
    }

    public T One<T>(string script, params (string Name, object? Value)[] variables) => (T)Run(script, variables).Single().BaseObject;

    public void Dispose() => _runspace.Dispose();
}
