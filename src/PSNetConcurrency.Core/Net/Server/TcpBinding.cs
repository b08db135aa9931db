using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Binds listening sockets, and tells why one can't be bound.</summary>
public static class TcpBinding
{
    public static Socket Listen(IPAddress address, int port, int backlog)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // There another program could otherwise bind the same port beside this one; elsewhere the system forbids it.
                socket.ExclusiveAddressUse = true;
            }
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw Describe(e, address, port, ProtocolType.Tcp);
        }
    }

    /// <summary>Why a socket could not be bound.</summary>
    public static NetException Describe(SocketException e, IPAddress address, int port, ProtocolType protocol)
    {
        IPEndPoint target = new(address, port);
        return e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new(NetError.PortInUse,
                $"Port {port} of {address} is in use{(PortOwner.Find(protocol, port) is { } owner ? $" by {owner}" : "")}. Choose another port, or 0 for any that is free.", target.ToString(), e),
            SocketError.AccessDenied => new(NetError.PrivilegedPort,
                $"Port {port} of {address} may not be bound by this user: ports below 1024 need elevated rights on most systems, and Windows reserves ranges (netsh int ipv4 show excludedportrange tcp). Choose a higher port, or 0.", target.ToString(), e),
            SocketError.AddressNotAvailable => new(NetError.AddressNotLocal,
                $"{address} is not an address of this machine, so nothing can listen on it. Leave out -LocalAddress for loopback, or use -AnyAddress.", target.ToString(), e),
            _ => new(NetError.SocketFailure, $"{target} can't be bound: {e.Message}.", target.ToString(), e),
        };
    }
}
