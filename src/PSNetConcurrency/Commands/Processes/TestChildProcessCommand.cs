using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Tells whether child processes are alive, as is_alive of Python's multiprocessing does.</summary>
/// <remarks>
/// <para>One answer for each child: true while its process exists, false from the moment it has ended, however it ended. An id or a name that no child of this session has is false as well, and no error.</para>
/// </remarks>
/// <example>
///   <para>Before and after.</para>
///   <code>$child = Start-ChildProcess -FilePath dotnet -ArgumentList '--version'
/// $null = $child | Wait-ChildProcess
/// $child | Test-ChildProcess
/// $child | Remove-ChildProcess</code>
/// </example>
/// <example>
///   <para>By name: there is none.</para>
///   <code>Test-ChildProcess -Name Backup</code>
/// </example>
/// <outputs>System.Boolean: whether it is alive, one for each child.</outputs>
/// <seealso cref="WaitChildProcessCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "ChildProcess", DefaultParameterSetName = ByChild)]
[OutputType(typeof(bool))]
public sealed class TestChildProcessCommand : ChildProcessSelectorCommand
{
    protected override Task ProcessAsync()
    {
        if (ParameterSetName == ByChild)
        {
            WriteObject(ChildProcess.Select(c => c.IsAlive), enumerateCollection: true);
            return Task.CompletedTask;
        }
        foreach (int id in ParameterSetName == ById ? Id : [])
        {
            WriteObject(ChildProcesses.Select([id], null, static _ => { }).Any(c => c.IsAlive));
        }
        foreach (string name in ParameterSetName == ByName ? Name : [])
        {
            bool[] alive = [.. ChildProcesses.Select(null, [name], static _ => { }).Select(c => c.IsAlive)];
            WriteObject(alive.Length == 0 ? [false] : alive, enumerateCollection: true);
        }
        return Task.CompletedTask;
    }
}
