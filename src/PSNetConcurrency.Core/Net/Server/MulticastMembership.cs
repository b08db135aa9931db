using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Makes a UDP socket a member of multicast groups.</summary>
public static class MulticastMembership
{
    /// <summary>Whether an address is that of a group.</summary>
    public static bool IsGroup(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6Multicast : (address.GetAddressBytes()[0] & 0xF0) == 0xE0;

    /// <summary>Refuses what is no group.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>.</exception>
    public static void Check(IPAddress group)
    {
        if (!IsGroup(group))
        {
            throw new NetException(NetError.InvalidArgument, $"{group} is no multicast address: those are 224.0.0.0 to 239.255.255.255, and those that begin with ff.", group.ToString());
        }
    }

    /// <summary>Refuses what is no group, or not one of the local address's family.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>.</exception>
    public static void Check(IPAddress group, IPAddress local)
    {
        Check(group);
        if (group.AddressFamily != local.AddressFamily && !local.Equals(IPAddress.IPv6Any))
        {
            throw new NetException(NetError.InvalidArgument, $"{group} and the local address {local} are not both IPv4 or both IPv6.", group.ToString());
        }
    }

    /// <summary>
    /// Joins a group: on the interface of <paramref name="local"/>, or on every interface that can when that is any address.
    /// </summary>
    /// <exception cref="NetException">No interface can join.</exception>
    public static void Join(Socket socket, IPAddress group, IPAddress local)
    {
        bool any = local.Equals(IPAddress.Any) || local.Equals(IPAddress.IPv6Any);
        if (!TryJoin(socket, group, Interfaces(group.AddressFamily, any ? null : local), out SocketException? refused))
        {
            throw new NetException(NetError.SocketFailure, $"No interface of this machine can join the multicast group {group}: {refused?.Message ?? "there is none that multicast works on"}.", group.ToString(), refused);
        }
    }

    /// <summary>Joins a group on each interface that can; false when none could, with why the last could not, or null where there was none.</summary>
    public static bool TryJoin(Socket socket, IPAddress group, IEnumerable<int> interfaces, out SocketException? refused)
    {
        bool joined = false;
        refused = null;
        foreach (int index in interfaces)
        {
            try
            {
                if (group.AddressFamily == AddressFamily.InterNetwork)
                {
                    socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, index));
                }
                else
                {
                    socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, index));
                }
                joined = true;
            }
            catch (SocketException e)
            {
                refused = e;
            }
        }
        return joined;
    }

    /// <summary>Sees to it that only groups this socket has joined are received, not those of other programs on the machine.</summary>
    public static void OnlyJoined(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            const int Ip = 0, MulticastAll = 49, Ipv6 = 41, Ipv6MulticastAll = 29;
            ReadOnlySpan<byte> no = [0, 0, 0, 0];
            socket.SetRawSocketOption(Ip, MulticastAll, no);
            if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.SetRawSocketOption(Ipv6, Ipv6MulticastAll, no);
            }
        }
    }

    private static IEnumerable<int> Interfaces(AddressFamily family, IPAddress? local) =>
        NetworkInterfaces.Up()
            .Where(i => i.GetIPProperties().UnicastAddresses.Any(a => local is null ? a.Address.AddressFamily == family : a.Address.Equals(local) || (IPAddress.IsLoopback(local) && IPAddress.IsLoopback(a.Address) && a.Address.AddressFamily == family)))
            .Select(i => NetworkInterfaces.IndexOf(i, family)).OfType<int>();
}
