using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Tcp;

/// <summary>The base of the cmdlets that choose sessions by id or name.</summary>
public abstract class TcpSessionSelectorCommand : NetCmdlet
{
    internal const string ById = "Id", ByName = "Name";

    /// <summary>The ids of the sessions.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ArgumentCompleter(typeof(SessionIdCompleter))]
    public int[] Id { get; set; } = [];

    internal IEnumerable<TcpSession> Select(string[] names) =>
        HandleSelector.Select(HandleRegistry.Get<TcpSession>(), ParameterSetName == ById ? Id : null, ParameterSetName == ByName ? names : null,
            s => s.Id, s => s.Name, "TCP session", "Get-TcpSession", e => ReportFailure(e));
}
