using System.Management.Automation;
using System.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Infrastructure.Udp;

/// <summary>The base of the cmdlets that start a UDP listener: multicast groups, and the start itself.</summary>
public abstract class UdpListenerCommand : ListenerCommand
{
    /// <summary>Multicast groups to join, such as 239.255.255.250, so that what is sent to them is served too. With -AnyAddress every interface joins. With -LocalAddress, or the loopback that is its default, the interface of that address joins, and only what is sent to the group arrives. Several programs may listen on a group's port; replies come from this machine's own address.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IPAddress[] MulticastGroup { get; set; } = [];

    /// <summary>What the listener does with datagrams.</summary>
    protected abstract DatagramService CreateService();

    /// <summary>The options from the parameters; a cmdlet adds its own.</summary>
    protected virtual UdpServerOptions CreateOptions() => new()
    {
        Name = Name,
        Address = AddressToBind(),
        Port = Port,
        MulticastGroups = MulticastGroup,
        Allow = AllowedNetworks(),
        Deny = DeniedNetworks(),
    };

    protected override Task EndAsync()
    {
        StartListener(CreateOptions());
        return Task.CompletedTask;
    }

    /// <summary>Starts the listener, keeps it for Get-NetListener and writes it.</summary>
    protected void StartListener(UdpServerOptions options)
    {
        DatagramService service = CreateService();
        UdpServer listener;
        try
        {
            listener = UdpServer.Start(ListenerKind, options, service);
        }
        catch
        {
            service.OnStopped();
            throw;
        }
        WriteObject(Launched(listener, options.Address, "-Allow and -Deny"));
    }
}
