using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Infrastructure;

/// <summary>The base of the cmdlets that start a UDP listener: what all can be told, binding, registration.</summary>
public abstract class UdpListenerCommand : NetCmdlet
{
    /// <summary>The port to listen on. With 0, the default, the system chooses a free one; the real port is on the output object.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>A name for the listener, for Get-NetListener and its kin. The default is its kind and id, such as UdpFaultProxy1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The address of this machine to listen on. The default is loopback, 127.0.0.1, which only this machine reaches.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress LocalAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Listens on every address of this machine, IPv6 and IPv4, so that other machines reach it. A warning says so.</summary>
    [Parameter]
    public SwitchParameter AnyAddress { get; set; }

    /// <summary>Addresses or networks, such as 10.0.0.0/8 or 192.168.1.7, whose datagrams are taken; all others are dropped.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Allow { get; set; } = [];

    /// <summary>Addresses or networks whose datagrams are dropped, also where -Allow names them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Deny { get; set; } = [];

    protected override bool FailuresTerminate => true;

    /// <summary>The options from the parameters.</summary>
    protected UdpServerOptions CreateOptions()
    {
        if (AnyAddress && MyInvocation.BoundParameters.ContainsKey(nameof(LocalAddress)))
        {
            throw new NetException(NetError.InvalidArgument, "-AnyAddress and -LocalAddress exclude each other.", LocalAddress);
        }
        return new UdpServerOptions
        {
            Name = Name,
            Address = AnyAddress ? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any) : LocalAddress,
            Port = Port,
            Allow = Allow.Select(ListenerCommand.ParseNetwork).ToArray(),
            Deny = Deny.Select(ListenerCommand.ParseNetwork).ToArray(),
        };
    }

    /// <summary>Keeps a listener that was started for Get-NetListener, and writes it.</summary>
    protected void LaunchListener(UdpServer listener)
    {
        HandleRegistry.Add(listener);
        if (!IPAddress.IsLoopback(listener.LocalEndPoint.Address))
        {
            WriteWarning($"{listener.Name} can be reached from other machines, on {listener.LocalEndPoint}. -Allow and -Deny limit who may use it.");
        }
        WriteObject(listener);
    }
}
