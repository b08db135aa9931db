using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Binds UDP sockets, and tells why one can't be bound.</summary>
public static class UdpBinding
{
    // The system grants what it allows (net.core.rmem_max): a burst waits there while the loop is busy.
    private const int BufferBytes = 8 * 1024 * 1024;

    /// <summary>Binds a socket to an address and port; IPv6Any takes IPv4 datagrams too.</summary>
    public static Socket Bind(IPAddress address, int port, bool broadcast = false)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // There another program could otherwise bind the same port beside this one; elsewhere the system forbids it.
                socket.ExclusiveAddressUse = true;
                // SIO_UDP_CONNRESET: an ICMP answer to one datagram must not fail the receiving of others.
                socket.IOControl(unchecked((int)0x9800000C), [0, 0, 0, 0], null);
            }
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }
            socket.EnableBroadcast = broadcast;
            socket.ReceiveBufferSize = BufferBytes;
            socket.SendBufferSize = BufferBytes;
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw TcpBinding.Describe(e, address, port, ProtocolType.Udp);
        }
    }
}
