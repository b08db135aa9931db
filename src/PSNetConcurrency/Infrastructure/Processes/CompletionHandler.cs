using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using PSNetConcurrency.Infrastructure.Scripting;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Runs a script block when a child has ended, in a runspace of its own: the session may be busy, waiting for that very child.</summary>
internal sealed class CompletionHandler
{
    private const string BlockVariable = "__PSNetConcurrencyCompleted";
    private const string Dispatch = $"param($Child) $_ = $Child; & ${BlockVariable} $Child";

    private readonly UsingVariables _script;
    private readonly PSHost _host;

    private CompletionHandler(UsingVariables script, PSHost host) => (_script, _host) = (script, host);

    public static CompletionHandler Create(ScriptBlock block, PSVariableIntrinsics variables, PSHost host) => new(UsingVariables.Resolve(block, variables), host);

    /// <summary>Runs the block once when the child has ended.</summary>
    public void Watch(ChildProcess child) =>
        // A thread of its own: what the block does may take its time.
        _ = child.Completion.ContinueWith(_ => Run(child), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);

    private void Run(ChildProcess child)
    {
        try
        {
            using Runspace runspace = RunspaceFactory.CreateRunspace(_host, HandlerState.Create(_script.Values));
            runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
            runspace.Open();
            runspace.SessionStateProxy.SetVariable(BlockVariable, ScriptBlock.Create(_script.Script));
            using PowerShell shell = PowerShell.Create();
            shell.Runspace = runspace;
            shell.AddScript(Dispatch, useLocalScope: true).AddArgument(child);
            shell.Invoke();
            foreach (ErrorRecord error in shell.Streams.Error)
            {
                Tell(child, error.ToString());
            }
        }
        catch (Exception e)
        {
            // There is no pipeline to throw to.
            Tell(child, e.Message);
        }
    }

    private void Tell(ChildProcess child, string what)
    {
        try
        {
            _host.UI?.WriteErrorLine($"The -OnCompleted block of {child.Name}: {what}");
        }
        catch (Exception e) when (e is HostException or NotImplementedException or InvalidOperationException)
        {
            // A host without a screen.
        }
    }
}
