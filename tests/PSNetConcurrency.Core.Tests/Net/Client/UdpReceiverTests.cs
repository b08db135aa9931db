using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Tests.Net.Client;

public class UdpReceiverTests
{
    [Fact]
    public void A_datagram_too_long_to_keep_is_cut_and_its_length_told()
    {
        using UdpReceiver receiver = new(IPAddress.Loopback, new UdpOptions(), Encoding.UTF8, 10);
        using UdpClient client = new();
        client.Send(new byte[65507], 65507, receiver.LocalEndPoint);
        client.Send(new byte[10], 10, receiver.LocalEndPoint);
        UdpDatagram first = Next(receiver), second = Next(receiver);
        Assert.Equal((65507, 10, true), (first.Length, first.Data.Length, first.Truncated));
        Assert.Equal((10, 10, false), (second.Length, second.Data.Length, second.Truncated));
        Assert.Equal(((IPEndPoint)client.Client.LocalEndPoint!).Port, first.Port);
    }

    [Fact]
    public void Both_families_come_to_the_wildcard_and_are_told_apart()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return;
        }
        using UdpReceiver receiver = new(IPAddress.IPv6Any, new UdpOptions(), Encoding.UTF8, 65535);
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using UdpClient client = new(address.AddressFamily);
            client.Send("x"u8, new IPEndPoint(address, receiver.LocalEndPoint.Port));
            UdpDatagram datagram = Next(receiver);
            Assert.Equal(address.ToString(), datagram.ComputerName);
            // An answer goes back over the same socket.
            Assert.Equal(SocketError.Success, datagram.Receiver!.SendTo("y"u8, datagram.RemoteEndPoint));
            IPEndPoint? from = null;
            Assert.Equal("y"u8.ToArray(), client.Receive(ref from));
            Assert.Equal(receiver.LocalEndPoint.Port, from!.Port);
        }
    }

    [Fact]
    public void What_nobody_takes_does_not_disturb_the_receiver()
    {
        using UdpReceiver receiver = new(IPAddress.Loopback, new UdpOptions(), Encoding.UTF8, 65535);
        IPEndPoint gone;
        using (UdpClient client = new())
        {
            client.Send("x"u8, receiver.LocalEndPoint);
            gone = Next(receiver).RemoteEndPoint;
        }
        using UdpClient other = new();
        UdpDatagram? nothing = receiver.Receive(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 100));
        Assert.Null(nothing);
        other.Send("first"u8, receiver.LocalEndPoint);
        UdpDatagram datagram = Next(receiver);
        Assert.Equal(SocketError.Success, datagram.Receiver!.SendTo("lost"u8, gone));
        other.Send("second"u8, receiver.LocalEndPoint);
        Assert.Equal("second", Next(receiver).Text);
    }

    [Fact]
    public void A_port_in_use_is_told_with_its_owner()
    {
        using UdpReceiver receiver = new(IPAddress.Loopback, new UdpOptions(), Encoding.UTF8, 65535);
        NetException e = Assert.Throws<NetException>(() => new UdpReceiver(IPAddress.Loopback, new UdpOptions { LocalPort = receiver.LocalEndPoint.Port }, Encoding.UTF8, 65535));
        Assert.Equal(NetError.PortInUse, e.Error);
    }

    [Fact]
    public void An_interface_that_does_not_exist_is_told()
    {
        NetException e = Assert.Throws<NetException>(() => new UdpReceiver(IPAddress.Any, new UdpOptions { MulticastGroup = IPAddress.Parse("239.1.2.3"), Interface = "no such" }, Encoding.UTF8, 65535));
        Assert.Equal(NetError.InvalidArgument, e.Error);
    }

    private static UdpDatagram Next(UdpReceiver receiver) => receiver.Receive(Stopwatch.GetTimestamp() + (30 * Stopwatch.Frequency))!;
}
