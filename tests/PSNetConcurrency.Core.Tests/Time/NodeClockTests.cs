using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

/// <summary>What a node does to know how far its clock is off.</summary>
public sealed class NodeClockTests
{
    [Fact]
    public void Asked_again_it_takes_no_longer_than_there_is()
    {
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpServer server = FleetRig.TimeServer(20);
        NodeClock clock = new([("127.0.0.1", ((IPEndPoint)silent.LocalEndPoint!).Port), ("127.0.0.1", server.Port)], TimeSpan.Zero);
        clock.Measure();
        Assert.InRange(TimeSpan.FromTicks(clock.Offset!.Value.Offset).TotalSeconds, 19, 21);
        byte[] asked = new byte[100];
        silent.Receive(asked);
        Assert.Equal(0, silent.Available);
        clock.MeasureAgain(TimeSpan.Zero);
        Assert.Equal(0, silent.Available);
        // There is time for all: the one that has not answered is asked, too, and only within its share.
        clock.MeasureAgain(TimeSpan.FromMilliseconds(400));
        Assert.NotEqual(0, silent.Available);
        Assert.NotNull(clock.Offset);
    }
}
