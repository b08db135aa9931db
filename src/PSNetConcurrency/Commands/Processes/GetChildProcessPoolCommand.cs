using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Gets the pools of child processes of this session.</summary>
/// <remarks>
/// <para>What the objects tell is live: Ready, Used, HitRate and the rest may be read again at any time. The processes that wait in a pool are no children yet: Get-ChildProcess does not list them, and ProcessId of the pool tells their numbers.</para>
/// </remarks>
/// <example>
///   <para>All pools.</para>
///   <code>$null = New-ChildProcessPool -Name Work -Size 1
/// Get-ChildProcessPool
/// Get-ChildProcessPool | Remove-ChildProcessPool</code>
/// </example>
/// <example>
///   <para>Whether a pool is large enough: the share of children that found a process ready.</para>
///   <code>$null = New-ChildProcessPool -Name Work -Size 1 -Wait
/// 1..2 | Invoke-ChildProcess -Pool Work { $_ }
/// Get-ChildProcessPool W* | ForEach-Object { "$($_.Name): $($_.HitRate)" }
/// Remove-ChildProcessPool Work</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.ChildProcessPool: the pools.</outputs>
/// <seealso cref="NewChildProcessPoolCommand"/>
/// <seealso cref="RemoveChildProcessPoolCommand"/>
[Cmdlet(VerbsCommon.Get, "ChildProcessPool", DefaultParameterSetName = ChildProcessSelectorCommand.ByName)]
[OutputType(typeof(ChildProcessPool))]
public sealed class GetChildProcessPoolCommand : NetCmdlet
{
    /// <summary>The ids of the pools: their numbers in this session.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ChildProcessSelectorCommand.ById, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ChildProcessPoolIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the pools. Wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = ChildProcessSelectorCommand.ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChildProcessPoolNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    protected override Task ProcessAsync()
    {
        bool byId = ParameterSetName == ChildProcessSelectorCommand.ById;
        WriteObject(ChildProcessPools.Select(byId ? Id : null, byId ? null : Name, e => ReportFailure(e)), enumerateCollection: true);
        return Task.CompletedTask;
    }
}
