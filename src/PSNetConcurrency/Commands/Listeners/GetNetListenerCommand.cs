using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Listeners;

/// <summary>Gets the listeners of this session: servers, proxies and whatever else serves the network in the background.</summary>
/// <remarks>
/// <para>Without parameters all listeners that were started in this session and not removed by Stop-NetListener are returned, oldest first. The counts on the objects are live: they may be read again at any time.</para>
/// </remarks>
/// <example>
///   <para>Starts two servers, lists them and stops them.</para>
///   <code>$null = Start-TcpEchoServer -Name Alpha
/// $null = Start-TcpEchoServer -Name Beta -Kind Discard
/// Get-NetListener -Name A*
/// Get-NetListener | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: the listeners.</outputs>
[Cmdlet(VerbsCommon.Get, "NetListener", DefaultParameterSetName = ListenerSelectorCommand.ByName)]
[OutputType(typeof(NetListener))]
public sealed class GetNetListenerCommand : NetCmdlet
{
    /// <summary>The ids of the listeners.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ListenerSelectorCommand.ById, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ListenerIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the listeners. Wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = ListenerSelectorCommand.ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ListenerNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only listeners of these kinds, such as Echo, Script or FaultProxy. Wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ListenerKindCompleter))]
    public string[] Kind { get; set; } = ["*"];

    protected override Task ProcessAsync()
    {
        bool byId = ParameterSetName == ListenerSelectorCommand.ById;
        WildcardPattern[] kinds = Kind.Select(k => WildcardPattern.Get(k, WildcardOptions.IgnoreCase)).ToArray();
        WriteObject(HandleSelector.Select(HandleRegistry.Get<NetListener>(), byId ? Id : null, byId ? null : Name, l => l.Id, l => l.Name, "listener", "Get-NetListener", e => ReportFailure(e))
            .Where(l => kinds.Any(k => k.IsMatch(l.Kind))), enumerateCollection: true);
        return Task.CompletedTask;
    }
}
