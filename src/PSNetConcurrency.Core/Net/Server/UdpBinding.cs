using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Binds UDP sockets, and tells why one can't be bound.</summary>
public static class UdpBinding
{
    // The system grants what it allows (net.core.rmem_max): a burst waits there while the loop is busy.
    private const int BufferBytes = 8 * 1024 * 1024, LeastBufferBytes = 128 * 1024;

    /// <summary>Binds a socket to an address and port; IPv6Any takes IPv4 datagrams too.</summary>
    public static Socket Bind(IPAddress address, int port, bool broadcast = false) => Bind(address, port, broadcast, []);

    /// <summary>
    /// Binds a socket that is a member of multicast groups too. Several programs may then share the port. Of a particular
    /// <paramref name="address"/> its interface joins; where the system lets a socket be bound to a group, as all but
    /// Windows do, it is, so that nothing else reaches it.
    /// </summary>
    public static Socket Bind(IPAddress address, int port, bool broadcast, IReadOnlyList<IPAddress> groups)
    {
        foreach (IPAddress group in groups)
        {
            MulticastMembership.Check(group, address);
        }
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (groups.Count > 0)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }
            if (OperatingSystem.IsWindows())
            {
                // There another program could otherwise bind the same port beside this one; elsewhere the system forbids it.
                socket.ExclusiveAddressUse = groups.Count == 0;
                // SIO_UDP_CONNRESET: an ICMP answer to one datagram must not fail the receiving of others.
                socket.IOControl(unchecked((int)0x9800000C), [0, 0, 0, 0], null);
            }
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }
            socket.EnableBroadcast = broadcast;
            EnlargeBoth(socket);
            socket.Bind(new IPEndPoint(AddressToBind(address, groups), port));
            foreach (IPAddress group in groups)
            {
                MulticastMembership.Join(socket, group, address);
            }
            if (groups.Count > 0)
            {
                MulticastMembership.OnlyJoined(socket);
            }
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw TcpBinding.Describe(e, address, port, ProtocolType.Udp);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IPAddress AddressToBind(IPAddress address, IReadOnlyList<IPAddress> groups)
    {
        if (groups.Count == 0 || OperatingSystem.IsWindows() || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return address;
        }
        return groups.Count == 1 && groups[0].AddressFamily == address.AddressFamily ? groups[0]
            : throw new NetException(NetError.InvalidArgument, "Several multicast groups, or one of the other family than the local address, take a listener on any address (-AnyAddress).", groups[0].ToString());
    }

    private static void EnlargeBoth(Socket socket)
    {
        Enlarge(size => socket.ReceiveBufferSize = size, BufferBytes);
        Enlarge(size => socket.SendBufferSize = size, BufferBytes);
    }

    /// <summary>Sets a buffer's size as far as the system allows: Linux grants what it may, others refuse what is beyond their limit.</summary>
    internal static void Enlarge(Action<int> set, int most)
    {
        for (int size = most; size >= LeastBufferBytes; size /= 2)
        {
            try
            {
                set(size);
                return;
            }
            catch (SocketException)
            {
            }
        }
    }

    /// <summary>A socket that is connected to <paramref name="remote"/>: it takes datagrams of that peer only, and is told when it refuses one.</summary>
    /// <exception cref="SocketException">No route, or no more sockets.</exception>
    internal static Socket Connect(IPEndPoint remote)
    {
        Socket socket = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            EnlargeBoth(socket);
            socket.Connect(remote);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
