using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>The base of the cmdlets that look at processes for a while: at all of the pipeline together, once it has ended.</summary>
public abstract class ProcessMeasureCommand : ProcessSelectorCommand
{
    private readonly Dictionary<int, ProcessRecord> _processes = [];

    protected sealed override Task ProcessAsync()
    {
        foreach (ProcessRecord process in Selected())
        {
            _processes[process.ProcessId] = process;
        }
        return Task.CompletedTask;
    }

    protected sealed override Task EndAsync() => _processes.Count == 0 ? Task.CompletedTask : LookAsync([.. _processes.Values]);

    private protected abstract Task LookAsync(IReadOnlyList<ProcessRecord> processes);
}
