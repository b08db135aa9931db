using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSNetConcurrency.Core.Processes.Measure;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Runs a script in a runspace of its own, on a thread of its own, in this process.</summary>
internal static class RunspaceWorker
{
    /// <summary>Starts it at once, in a folder and with variables; <paramref name="processorAffinity"/> names the processors that the thread may use, null all.</summary>
    public static Task<Collection<PSObject>> RunAsync(string script, IReadOnlyList<object?> arguments, string folder, IDictionary? variables, long? processorAffinity, CancellationToken stop)
    {
        TaskCompletionSource<Collection<PSObject>> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                if (processorAffinity is long mask)
                {
                    ThreadAffinity.Set(mask);
                }
                done.SetResult(Run(script, arguments, folder, variables, stop));
            }
            catch (Exception e) when (stop.IsCancellationRequested)
            {
                done.SetException(new OperationCanceledException(e.Message, e, stop));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = "PSNetConcurrency worker" }.Start();
        return done.Task;
    }

    private static Collection<PSObject> Run(string script, IReadOnlyList<object?> arguments, string folder, IDictionary? variables, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(folder));
        foreach (DictionaryEntry variable in variables ?? new Hashtable())
        {
            runspace.SessionStateProxy.SetVariable((string)variable.Key, variable.Value);
        }
        using PowerShell powerShell = PowerShell.Create();
        powerShell.Runspace = runspace;
        powerShell.AddScript(script);
        foreach (object? argument in arguments)
        {
            powerShell.AddArgument(argument);
        }
        // It does not wait: the stopper's thread must not.
        using CancellationTokenRegistration registration = stop.Register(() => powerShell.BeginStop(null, null));
        return powerShell.Invoke();
    }
}
