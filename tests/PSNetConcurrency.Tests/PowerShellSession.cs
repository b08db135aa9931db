using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Tests;

/// <summary>A runspace of the real engine with the module imported from the clone, as a user's shell has it.</summary>
internal sealed class PowerShellSession : IDisposable
{
    public PowerShellSession(bool import = true)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Commands.Add(new SessionStateCmdletEntry("Select-First", typeof(SelectFirstCommand), null));
        Runspace = RunspaceFactory.CreateRunspace(state);
        Runspace.Open();
        if (import)
        {
            Run($"Import-Module '{TestEnvironment.ManifestPath}'");
        }
    }

    public Runspace Runspace { get; }

    /// <summary>What the last script wrote to the error stream.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; private set; } = [];

    public IReadOnlyList<ProgressRecord> Progress { get; private set; } = [];

    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Runs a script; non-terminating errors are kept in <see cref="Errors"/>, terminating ones are thrown.</summary>
    public Collection<PSObject> Invoke(string script, params (string Name, object? Value)[] variables)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = Runspace;
        foreach ((string name, object? value) in variables)
        {
            Runspace.SessionStateProxy.SetVariable(name, value);
        }
        try
        {
            return shell.AddScript(script).Invoke();
        }
        finally
        {
            Errors = [.. shell.Streams.Error];
            Progress = [.. shell.Streams.Progress];
            Warnings = [.. shell.Streams.Warning.Select(w => w.Message)];
        }
    }

    /// <summary>Runs a script that must not fail.</summary>
    public Collection<PSObject> Run(string script, params (string Name, object? Value)[] variables)
    {
        Collection<PSObject> output = Invoke(script, variables);
        Assert.True(Errors.Count == 0, string.Join(Environment.NewLine, Errors.Select(e => $"{e.FullyQualifiedErrorId}: {e}")));
        return output;
    }

    /// <summary>Runs a script that must return one thing.</summary>
    public PSObject One(string script, params (string Name, object? Value)[] variables) => Assert.Single(Run(script, variables));

    /// <summary>Runs a script that must fail in one way, and returns that error, terminating or not.</summary>
    public ErrorRecord Fails(string errorId, string script, params (string Name, object? Value)[] variables)
    {
        ErrorRecord error;
        try
        {
            Invoke(script, variables);
            error = Assert.Single(Errors);
        }
        catch (RuntimeException e)
        {
            error = e.ErrorRecord;
        }
        Assert.Equal(errorId, error.FullyQualifiedErrorId.Split(',')[0]);
        return error;
    }

    public void Dispose() => Runspace.Dispose();
}

/// <summary>Select-Object -First: stops what is upstream in the way the engine has for it, which is not open to others.</summary>
[Cmdlet(VerbsCommon.Select, "First")]
public sealed class SelectFirstCommand : PSCmdlet
{
    private static readonly Type Stop = typeof(PSObject).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;

    private int _left;

    [Parameter(Position = 0)]
    public int First { get; set; } = 1;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void BeginProcessing() => _left = First;

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        if (--_left == 0)
        {
            throw (Exception)Activator.CreateInstance(Stop, System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic, null, [this], null)!;
        }
    }
}
