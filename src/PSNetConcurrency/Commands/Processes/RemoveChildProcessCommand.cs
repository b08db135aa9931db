using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Takes child processes off the session's list and drops what they wrote and nobody received.</summary>
/// <remarks>
/// <para>A child that still runs is an error and stays, unless -Force says to stop it: it is asked to end, has five seconds, and is killed, with all below it.</para>
/// </remarks>
/// <example>
///   <para>Removes all that have ended.</para>
///   <code>Start-ChildProcess -FilePath dotnet -ArgumentList '--version' | Wait-ChildProcess | Remove-ChildProcess
/// Get-ChildProcess -State Completed | Remove-ChildProcess</code>
/// </example>
/// <example>
///   <para>Stops and removes one that runs.</para>
///   <code>$child = Start-ChildProcess { while ($true) { [Threading.Thread]::Sleep(1000) } }
/// $child | Remove-ChildProcess -Force</code>
/// </example>
/// <outputs>None.</outputs>
/// <seealso cref="StopChildProcessCommand"/>
[Cmdlet(VerbsCommon.Remove, "ChildProcess", DefaultParameterSetName = ByChild, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveChildProcessCommand : ChildProcessSelectorCommand
{
    private readonly List<(ChildProcess Child, Task Stopped)> _stopping = [];

    /// <summary>Stops children that still run, with all below them.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override Task ProcessAsync()
    {
        foreach (ChildProcess child in Selected())
        {
            if (child.IsAlive && !Force)
            {
                ReportFailure(new NetException(NetError.StillRunning, $"{child.Name} still runs. Stop it first, wait for it, or use -Force.", child));
            }
            else if (ShouldProcess(child.ToString(), "Remove child process"))
            {
                _stopping.Add((child, child.IsAlive ? child.StopAsync(TimeSpan.FromSeconds(ChildProcesses.DefaultGraceSeconds), includeDescendants: true) : Task.CompletedTask));
            }
        }
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        foreach ((ChildProcess child, Task stopped) in _stopping)
        {
            await stopped.WaitAsync(StopToken);
            ChildProcesses.Remove(child);
        }
    }
}
