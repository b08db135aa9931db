using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net;

/// <summary>The interfaces of this machine, for multicast.</summary>
internal static class NetworkInterfaces
{
    /// <summary>Those that are up.</summary>
    public static IEnumerable<NetworkInterface> Up() =>
        NetworkInterface.GetAllNetworkInterfaces().Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown);

    /// <summary>The index of an interface for an address family; null where it has none of that family.</summary>
    public static int? IndexOf(NetworkInterface candidate, AddressFamily family)
    {
        try
        {
            IPInterfaceProperties properties = candidate.GetIPProperties();
            return family == AddressFamily.InterNetworkV6 ? properties.GetIPv6Properties()?.Index : properties.GetIPv4Properties()?.Index;
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }
}
