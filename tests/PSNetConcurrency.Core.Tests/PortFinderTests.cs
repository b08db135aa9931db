using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests;

public class PortFinderTests
{
    [Fact]
    public void Finds_different_ports_that_can_be_bound()
    {
        IReadOnlyList<int> ports = PortFinder.Find(ProtocolType.Tcp, 20, null, null);
        Assert.Equal(20, ports.Distinct().Count());
        foreach (int port in ports)
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
        }
    }

    [Fact]
    public void A_port_that_is_taken_is_never_found()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        NetException e = Assert.Throws<NetException>(() => PortFinder.Find(ProtocolType.Udp, 1, port, port));
        Assert.Equal(NetError.NoPortAvailable, e.Error);
    }
}
