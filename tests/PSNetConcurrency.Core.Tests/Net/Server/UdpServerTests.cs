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
            await using UdpRig running = new(kind, new UdpServerOptions { Address = bound }, new EchoService());
            using Socket client = UdpRig.Client(new IPEndPoint(to, running.Server.Port));
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
        await using UdpRig running = new(kind, new UdpServerOptions(), new EchoService());
        Socket[] clients = Enumerable.Range(0, 4).Select(_ => UdpRig.Client(running.Server.LocalEndPoint)).ToArray();
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
        await using UdpRig running = new(Fastest, new UdpServerOptions { Deny = [IPNetwork.Parse("127.0.0.0/8")] }, new EchoService());
        using Socket client = UdpRig.Client(running.Server.LocalEndPoint);
        await client.SendAsync("x"u8.ToArray());
        Assert.True(await running.Server.WaitAsync(s => s.RefusedCount == 1, new CancellationTokenSource(Eventually.Limit).Token));
        Assert.Equal(0, running.Server.MessageCount);
        Assert.Equal(0, client.Available);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_its_owner()
    {
        await using UdpRig running = new(Fastest, new UdpServerOptions(), new EchoService());
        NetException e = Assert.Throws<NetException>(() => UdpServer.Start("Echo", new UdpServerOptions { Port = running.Server.Port }, new EchoService()));
        Assert.Equal(NetError.PortInUse, e.Error);
        Assert.Contains("in use by", e.Message);
    }

    [Fact]
    public async Task Stopping_frees_the_port()
    {
        UdpRig running = new(Fastest, new UdpServerOptions(), new EchoService());
        int port = running.Server.Port;
        await running.DisposeAsync();
        Assert.Equal(ListenerState.Stopped, running.Server.State);
        using Socket again = UdpBinding.Bind(IPAddress.Loopback, port);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_datagram_that_cannot_be_sent_is_an_event_and_the_server_goes_on(LoopKind kind)
    {
        await using UdpRig rig = new(kind, new UdpServerOptions(), new Service((server, data, from) => server.Send(data.Length == 1 ? new byte[UdpServerOptions.MaximumPayloadIPv4 + 1] : data, from)));
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await client.SendAsync("x"u8.ToArray());
        await client.SendAsync("good"u8.ToArray());
        byte[] got = new byte[65536];
        Assert.Equal(4, await client.ReceiveAsync(got).WaitAsync(Eventually.Limit));
        ListenerEvent e = Assert.Single(rig.Server.Events.Snapshot(), e => e.Type == ListenerEventType.Error);
        Assert.Contains("was not sent", e.Error!.Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_bug_in_a_service_costs_its_datagram_only(LoopKind kind)
    {
        await using UdpRig rig = new(kind, new UdpServerOptions(), new Service((server, data, from) => server.Send(data[0] == 'x' ? throw new InvalidOperationException() : data, from)));
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await LoopPair.RunAsync(rig.Loop, () =>
        {
            for (int i = 0; i < 100; i++)
            {
                client.Send(i % 2 == 0 ? "x"u8 : "good"u8);
            }
        });
        byte[] got = new byte[16];
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(4, await client.ReceiveAsync(got).WaitAsync(Eventually.Limit));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Clients_that_are_gone_trouble_nobody(LoopKind kind)
    {
        await using UdpRig rig = new(kind, new UdpServerOptions(), new EchoService());
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        byte[] got = new byte[16];
        for (int i = 0; i < 50; i++)
        {
            // Gone before it is answered: an ICMP message comes back.
            using (Socket gone = UdpRig.Client(rig.Server.LocalEndPoint))
            {
                gone.Send("gone"u8);
            }
            await client.SendAsync("x"u8.ToArray());
            Assert.Equal(1, await client.ReceiveAsync(got).WaitAsync(Eventually.Limit));
        }
        Assert.Equal(100, rig.Server.MessageCount);
        Assert.Equal(0, rig.Server.ErrorCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_flood_on_one_socket_leaves_the_other_its_turn(LoopKind kind)
    {
        await using UdpRig rig = new(kind, new UdpServerOptions(), new EchoService());
        UdpServer flooded = UdpServer.Start("Discard", new UdpServerOptions { Loop = rig.Loop }, new DiscardService());
        using Socket flooder = UdpRig.Client(flooded.LocalEndPoint), client = UdpRig.Client(rig.Server.LocalEndPoint);
        using CancellationTokenSource over = new();
        Task flood = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                flooder.Send("flood"u8);
            }
        });
        byte[] got = new byte[16];
        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync("x"u8.ToArray());
            Assert.Equal(1, await client.ReceiveAsync(got).WaitAsync(Eventually.Limit));
        }
        await over.CancelAsync();
        await flood;
        await flooded.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Refused_datagrams_are_all_counted_and_told_of_seldom(LoopKind kind)
    {
        await using UdpRig rig = new(kind, new UdpServerOptions { Allow = [IPNetwork.Parse("10.0.0.0/8")] }, new EchoService());
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await LoopPair.RunAsync(rig.Loop, () =>
        {
            for (int i = 0; i < 500; i++)
            {
                client.Send("x"u8);
            }
        });
        Assert.True(await rig.Server.WaitAsync(s => s.RefusedCount == 500, new CancellationTokenSource(Eventually.Limit).Token));
        ListenerEvent[] told = [.. rig.Server.Events.Snapshot().Where(e => e.Type == ListenerEventType.Refused)];
        Assert.InRange(told.Length, 1, 50);
        Assert.Equal(client.LocalEndPoint!.ToString(), told[0].Client);
        Assert.Equal(0, rig.Server.MessageCount);
    }

    [Fact]
    public async Task A_socket_the_loop_does_not_take_is_released_and_the_listener_stops_with_the_error()
    {
        EventLoop loop = EventLoop.Start(new RefusingLoop());
        UdpServer server = UdpServer.Start("Echo", new UdpServerOptions { Loop = loop }, new EchoService());
        await server.Stopped.WaitAsync(Eventually.Limit);
        Assert.Equal("refused", server.LastError!.Message);
        using Socket again = UdpBinding.Bind(IPAddress.Loopback, server.Port);
        loop.Stop();
        loop.Join(Eventually.Limit);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_service_that_fails_to_start_stops_the_listener_with_the_error(LoopKind kind)
    {
        await using UdpRig rig = new(kind, new UdpServerOptions(), new Service((_, _, _) => { }) { Started = () => throw new InvalidOperationException("no") });
        await rig.Server.Stopped.WaitAsync(Eventually.Limit);
        Assert.Equal("no", rig.Server.LastError!.Message);
        // A program that another test starts at this moment may have the descriptor until it is its own.
        await Eventually.TrueAsync(() =>
        {
            try
            {
                using Socket again = UdpBinding.Bind(IPAddress.Loopback, rig.Server.Port);
                return true;
            }
            catch (NetException e) when (e.Error == NetError.PortInUse)
            {
                return false;
            }
        }, "the port is free again");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_listener_that_drains_takes_nothing_new(LoopKind kind)
    {
        Service service = new((server, data, from) => server.Send(data, from)) { Busy = true };
        await using UdpRig rig = new(kind, new UdpServerOptions(), service);
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await client.SendAsync("x"u8.ToArray());
        Assert.True(await rig.Server.WaitAsync(s => s.MessageCount == 1, new CancellationTokenSource(Eventually.Limit).Token));
        Task stopped = rig.Server.StopAsync(TimeSpan.FromMinutes(5));
        await LoopPair.RunAsync(rig.Loop, () => client.Send("late"u8));
        // A reading and a turn of the loop later it has been looked at.
        using Socket other = UdpRig.Client(rig.Server.LocalEndPoint);
        await LoopPair.RunAsync(rig.Loop, () => { });
        await LoopPair.RunAsync(rig.Loop, () => { });
        Assert.False(stopped.IsCompleted);
        Assert.Equal(1, rig.Server.MessageCount);
        await LoopPair.RunAsync(rig.Loop, () =>
        {
            service.Busy = false;
            rig.Server.ReleaseWhenIdle();
        });
        await stopped.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public void A_group_that_is_none_is_told()
    {
        NetException e = Assert.Throws<NetException>(() => UdpServer.Start("Echo", new UdpServerOptions { MulticastGroups = [IPAddress.Parse("10.0.0.1")] }, new EchoService()));
        Assert.Equal(NetError.InvalidArgument, e.Error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_sent_to_a_group_is_served_by_each_member(LoopKind kind)
    {
        IPAddress group = IPAddress.Parse("239.255.71.93");
        await using UdpRig first = new(kind, new UdpServerOptions { MulticastGroups = [group] }, new EchoService());
        await using UdpRig second = new(kind, new UdpServerOptions { MulticastGroups = [group], Port = first.Server.Port }, new EchoService());
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        client.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Loopback.GetAddressBytes());
        await LoopPair.RunAsync(second.Loop, () => client.SendTo("hello"u8, new IPEndPoint(group, first.Server.Port)));
        byte[] got = new byte[16];
        for (int i = 0; i < 2; i++)
        {
            SocketReceiveFromResult reply = await client.ReceiveFromAsync(got, new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Eventually.Limit);
            Assert.Equal(5, reply.ReceivedBytes);
        }
    }

    private sealed class RefusingLoop : EventLoop
    {
        private readonly object _gate = new();

        public override IDisposable Listen(Socket socket, IAcceptor acceptor) => throw new NotSupportedException();

        public override DatagramChannel Bind(Socket socket, IDatagramHandler handler) => throw new InvalidOperationException("refused");

        public override Channel Connect(IPEndPoint remote, IChannelHandler handler) => throw new NotSupportedException();

        protected override void Poll(int timeoutMilliseconds)
        {
            lock (_gate)
            {
                // Looked for again soon: what was posted before this waits has woken nobody.
                Monitor.Wait(_gate, 5);
            }
        }

        protected override void Wake()
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }

        protected override void Release()
        {
        }
    }
}
