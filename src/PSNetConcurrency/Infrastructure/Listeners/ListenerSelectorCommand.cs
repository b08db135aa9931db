using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Listeners;

/// <summary>The base of the cmdlets that work on listeners: chosen by object, id or name.</summary>
public abstract class ListenerSelectorCommand : NetCmdlet
{
    internal const string ByListener = "Listener", ById = "Id", ByName = "Name";

    /// <summary>The listeners, as the Start cmdlets and Get-NetListener return them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByListener)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PositionCompleter<ListenerNameCompleter>))]
    [Alias("InputObject")]
    public NetListener[] Listener { get; set; } = [];

    /// <summary>The ids of the listeners.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ArgumentCompleter(typeof(ListenerIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the listeners. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ListenerNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The listeners chosen; one error for each id or name that there is none of.</summary>
    internal IEnumerable<NetListener> Selected() => ParameterSetName switch
    {
        ByListener => Listener,
        _ => HandleSelector.Select(HandleRegistry.Get<NetListener>(), ParameterSetName == ById ? Id : null, ParameterSetName == ByName ? Name : null,
            l => l.Id, l => l.Name, "listener", "Get-NetListener", e => ReportFailure(e)),
    };
}
