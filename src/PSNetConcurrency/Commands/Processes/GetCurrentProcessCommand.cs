using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Tells which process a script runs in, and whether it is a child process of the module.</summary>
/// <remarks>
/// <para>What Python's current_process() tells: the name that the process was started with, its id, its parent. In a child process IsChild is True and Depth tells how many children deep it is; elsewhere the name is MainProcess and Depth is 0.</para>
/// <para>Name and depth come from the environment variables PSNETCONCURRENCY_NAME and PSNETCONCURRENCY_DEPTH, which a child process passes on to what it starts: a program that a child starts by other means is a child as well, of the same depth.</para>
/// </remarks>
/// <example>
///   <para>The process of this session.</para>
///   <code>Get-CurrentProcess</code>
/// </example>
/// <example>
///   <para>The parent of this process.</para>
///   <code>$current = Get-CurrentProcess
/// "$($current.ProgramName) ($($current.ProcessId)) was started by $($current.ParentName) ($($current.ParentProcessId))"</code>
/// </example>
/// <example>
///   <para>All it comes from, up to the first process.</para>
///   <code>Get-CurrentProcess | Get-ProcessTree -Ancestor</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.CurrentProcessInfo: one.</outputs>
[Cmdlet(VerbsCommon.Get, "CurrentProcess")]
[OutputType(typeof(CurrentProcessInfo))]
public sealed class GetCurrentProcessCommand : NetCmdlet
{
    protected override Task EndAsync()
    {
        WriteObject(CurrentProcess.Describe(SessionState.Path.CurrentFileSystemLocation.ProviderPath, HandleRegistry.CurrentRunspace));
        return Task.CompletedTask;
    }
}
