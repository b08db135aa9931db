using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Tests.Net.Loop;
using Xunit;

namespace PSNetConcurrency.Core.Tests.Net.Server;

public sealed class UdpServerTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    private static LoopKind Fastest => OperatingSystem.IsLinux() ? LoopKind.Epoll : LoopKind.Completion;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Datagrams_of_every_size_come_back(LoopKind kind)
    {
        foreach ((IPAddress bound, IPAddress to) in new[] { (IPAddress.Loopback, IPAddress.Loopback), (IPAddress.IPv6Loopback, IPAddress.IPv6Loopback), (IPAddress.IPv6Any, IPAddress.Loopback), (IPAddress.Any, IPAddress.Loopback) })
        {
            await using Running running = new(kind, new UdpServerOptions { Address = bound });
            using Socket client = Client(new IPEndPoint(to, running.Server.Port));
            foreach (int size in new[] { 0, 1, 64, 1472, 9000, 65507 })
            {
                byte[] sent = new byte[size];
                Random.Shared.NextBytes(sent);
                await client.SendAsync(sent);
                byte[] got = new byte[65536];
                int length = await client.ReceiveAsync(got).WaitAsync(Eventually.Limit);
                Assert.Equal(sent, got[..length]);
            }
            Assert.Equal(6, running.Server.MessageCount);
            Assert.Equal(running.Server.BytesReceived, running.Server.BytesSent);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_burst_comes_back_in_order_to_each_of_its_senders(LoopKind kind)
    {
        await using Running running = new(kind, new UdpServerOptions());
        Socket[] clients = Enumerable.Range(0, 4).Select(_ => Client(running.Server.LocalEndPoint)).ToArray();
        await LoopPair.RunAsync(running.Loop, () =>
        {
            // While the loop is busy they pile up in the system, so that they are taken in batches.
            for (int i = 0; i < 300; i++)
            {
                clients[i % clients.Length].Send(BitConverter.GetBytes(i));
            }
        });
        byte[] got = new byte[16];
        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(4, await clients[i % clients.Length].ReceiveAsync(got).WaitAsync(Eventually.Limit));
            Assert.Equal(i, BitConverter.ToInt32(got));
        }
        foreach (Socket client in clients)
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_denied_sender_gets_nothing_and_is_counted()
    {
        await using Running running = new(Fastest, new UdpServerOptions { Deny = [IPNetwork.Parse("127.0.0.0/8")] });
        using Socket client = Client(running.Server.LocalEndPoint);
        await client.SendAsync("x"u8.ToArray());
        Assert.True(await running.Server.WaitAsync(s => s.RefusedCount == 1, new CancellationTokenSource(Eventually.Limit).Token));
        Assert.Equal(0, running.Server.MessageCount);
        Assert.Equal(0, client.Available);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_its_owner()
    {
        await using Running running = new(Fastest, new UdpServerOptions());
        NetException e = Assert.Throws<NetException>(() => UdpServer.Start("Echo", new UdpServerOptions { Port = running.Server.Port }, new EchoService()));
        Assert.Equal(NetError.PortInUse, e.Error);
        Assert.Contains("in use by", e.Message);
    }

    [Fact]
    public async Task Stopping_frees_the_port()
    {
        Running running = new(Fastest, new UdpServerOptions());
        int port = running.Server.Port;
        await running.DisposeAsync();
        Assert.Equal(ListenerState.Stopped, running.Server.State);
        using Socket again = UdpBinding.Bind(IPAddress.Loopback, port);
    }

    private static Socket Client(IPEndPoint to)
    {
        Socket socket = new(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(to);
        return socket;
    }

    private sealed class Running : IAsyncDisposable
    {
        public Running(LoopKind kind, UdpServerOptions options)
        {
            Loop = EventLoop.Start(LoopPair.Create(kind));
            Server = UdpServer.Start("Echo", options with { Loop = Loop }, new EchoService());
        }

        public EventLoop Loop { get; }

        public UdpServer Server { get; }

        public async ValueTask DisposeAsync()
        {
            await Server.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
            Loop.Stop();
            Loop.Join(Eventually.Limit);
        }
    }
}
