using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>What a UDP socket can be told beside whom it talks to.</summary>
public sealed record UdpOptions
{
    /// <summary>The address of this machine to send from or to receive at; null for what the system chooses.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>The port to send from or to receive at; 0 for any that is free.</summary>
    public int LocalPort { get; init; }

    /// <summary>Datagrams may go to broadcast addresses.</summary>
    public bool Broadcast { get; init; }

    /// <summary>The group to send to or to receive from.</summary>
    public IPAddress? MulticastGroup { get; init; }

    /// <summary>The name, index or address of the interface for multicast; null for the system's choice to send, and all to receive.</summary>
    public string? Interface { get; init; }

    /// <summary>How many routers a datagram may pass; null for the system's default, which is 1 for multicast.</summary>
    public int? Ttl { get; init; }

    /// <summary>What goes to a group is not delivered to members on this machine.</summary>
    public bool NoLoopback { get; init; }

    /// <summary>The index of <see cref="Interface"/> for an address family; null for none given.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: there is none.</exception>
    internal int? InterfaceIndex(AddressFamily family)
    {
        if (Interface is null)
        {
            return null;
        }
        NetworkInterface[] all = NetworkInterface.GetAllNetworkInterfaces();
        foreach (NetworkInterface candidate in all)
        {
            int? index = NetworkInterfaces.IndexOf(candidate, family);
            if (index is not null && (candidate.Name.Equals(Interface, StringComparison.OrdinalIgnoreCase)
                || index.Value.ToString(CultureInfo.InvariantCulture) == Interface
                || (IPAddress.TryParse(Interface, out IPAddress? address) && candidate.GetIPProperties().UnicastAddresses.Any(u => u.Address.Equals(address)))))
            {
                return index;
            }
        }
        throw new NetException(NetError.InvalidArgument,
            $"'{Interface}' is no interface of this machine for {(family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")}. Give a name, an index or an address of: {string.Join(", ", all.Select(i => i.Name))}.", Interface);
    }
}
