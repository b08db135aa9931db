using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Tests.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Measure;

/// <summary>Alone: the loops that servers rent are shared, and others' allocations would count here.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public class Alone;

[Collection("Alone")]
public class AllocationTests
{
    [Fact]
    public async Task A_message_allocates_nothing_at_the_server_nor_at_the_client()
    {
        if (!OperatingSystem.IsLinux())
        {
            // The completion loop is made of operations that allocate.
            return;
        }
        const int Few = 2000, Many = 22_000;
        using TcpServer server = TcpServer.Start("Echo", new TcpServerOptions(), new EchoProtocol());
        EventLoop client = EventLoop.Start();
        try
        {
            // First, so that everything is loaded and compiled.
            await AllocatedAsync(server, client, Many);
            (long server, long client) few = await AllocatedAsync(server, client, Few);
            (long server, long client) many = await AllocatedAsync(server, client, Many);
            // What a run costs however long it is falls out of the difference; a timer a second may be left.
            Assert.InRange(many.server - few.server, long.MinValue, 2000);
            Assert.InRange(many.client - few.client, long.MinValue, 2000);
        }
        finally
        {
            client.Stop();
            client.Join(Eventually.Limit);
        }
    }

    [Fact]
    public async Task A_datagram_allocates_nothing_at_the_server_not_even_where_senders_are_filtered()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        const int Few = 1000, Many = 11_000;
        using UdpServer server = UdpServer.Start("Echo", new UdpServerOptions { Allow = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8")], Deny = [IPNetwork.Parse("127.9.0.0/16")] }, new EchoService());
        await AllocatedAsync(server, Many);
        long few = await AllocatedAsync(server, Few), many = await AllocatedAsync(server, Many);
        Assert.InRange(many - few, long.MinValue, 2000);
    }

    private static async Task<long> AllocatedAsync(UdpServer server, int count)
    {
        long before = await CountAsync(server.Loop);
        // Two senders in turn, from a thread of their own: what they allocate is not the server's.
        await Task.Factory.StartNew(() =>
        {
            using Socket first = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), second = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            byte[] data = new byte[64], got = new byte[64];
            foreach (Socket socket in new[] { first, second })
            {
                socket.ReceiveTimeout = (int)Eventually.Limit.TotalMilliseconds;
                socket.Connect(server.LocalEndPoint);
            }
            for (int i = 0; i < count; i += 2)
            {
                first.Send(data);
                second.Send(data);
                Assert.Equal(64, first.Receive(got));
                Assert.Equal(64, second.Receive(got));
            }
        }, TaskCreationOptions.LongRunning);
        return await CountAsync(server.Loop) - before;
    }

    private static async Task<(long Server, long Client)> AllocatedAsync(TcpServer server, EventLoop client, int count)
    {
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
        (long server, long client) before = (await CountAsync(server.Loop), await CountAsync(client));
        EchoRun run = new(client, new EchoLoadOptions { ComputerName = "127.0.0.1", Port = server.Port, Connections = 8, Depth = 2, Count = count, Duration = null }, [IPAddress.Loopback], null);
        client.Post(run.Start);
        TcpEchoResult result = await run.Completion.WaitAsync(Eventually.Limit);
        Assert.Equal((count, 0, 0), (result.Exchanges, result.Errors, result.Mismatches));
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
        return (await CountAsync(server.Loop) - before.server, await CountAsync(client) - before.client);
    }

    private static Task<long> CountAsync(EventLoop loop) => LoopPair.RunAsync(loop, GC.GetAllocatedBytesForCurrentThread);
}
