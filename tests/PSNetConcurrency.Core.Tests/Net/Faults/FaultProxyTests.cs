using System.Diagnostics;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Net.Faults;

public class FaultProxyTests
{
    public static TheoryData<LoopKind> Loops => new(LoopKind.Native, LoopKind.Completion);

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task Passes_both_directions_and_their_ends(LoopKind loop)
    {
        await using ProxyRig rig = new(NetFault.None, loop);
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] request = ProxyRig.Bytes(3_000_000), reply = ProxyRig.Bytes(2_000_000, 8);
        Task sending = rig.SendAsync(client, request).ContinueWith(_ => client.Shutdown(SocketShutdown.Send), TaskScheduler.Default);
        Assert.Equal(request, await rig.ReceiveAsync(server));
        await sending;
        // The client has ended its side and still gets an answer.
        sending = rig.SendAsync(server, reply).ContinueWith(_ => server.Shutdown(SocketShutdown.Send), TaskScheduler.Default);
        Assert.Equal(reply, await rig.ReceiveAsync(client));
        await sending;
        client.Dispose();
        server.Dispose();
        Assert.True(await rig.AllGoneAsync());
        Assert.Equal((1, 3_000_000, 2_000_000), (rig.Statistic.ConnectionCount, rig.Statistic.ClientToServerBytes, rig.Statistic.ServerToClientBytes));
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_reset_is_passed_on_as_a_reset(LoopKind loop)
    {
        await using ProxyRig rig = new(NetFault.None, loop);
        (Socket client, Socket server) = await rig.ConnectAsync();
        client.Close(0);
        Assert.Empty(await rig.ReceiveUntilResetAsync(server));

        (client, server) = await rig.ConnectAsync();
        byte[] last = ProxyRig.Bytes(100_000);
        await rig.SendAsync(server, last);
        Assert.Equal(last[..10], await rig.ReceiveAsync(client, 10));
        server.Close(0);
        Assert.Equal(last[10..], await rig.ReceiveUntilResetAsync(client));
        Assert.True(await rig.AllGoneAsync());
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_client_that_takes_nothing_is_idle_although_bytes_wait_for_it(LoopKind loop)
    {
        await using ProxyRig rig = new(NetFault.None, loop, configure: o => o with { IdleTimeout = TimeSpan.FromSeconds(1) });
        (_, Socket server) = await rig.ConnectAsync();
        await Assert.ThrowsAnyAsync<SocketException>(() => rig.SendAsync(server, new byte[256 * 1024 * 1024], [256 * 1024]));
        Assert.True(await rig.AllGoneAsync());
        Assert.Equal(NetError.TimedOut, Assert.IsType<NetException>(rig.Proxy.LastError).Error);
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_client_whose_bytes_the_proxy_itself_delays_is_not_idle(LoopKind loop)
    {
        await using ProxyRig rig = new(new NetFault { LatencyMilliseconds = 5000 }, loop, configure: o => o with { IdleTimeout = TimeSpan.FromSeconds(2.5) });
        (Socket client, Socket server) = await rig.ConnectAsync();
        await rig.SendAsync(client, [1, 2, 3]);
        Assert.Equal(new byte[] { 1, 2, 3 }, await rig.ReceiveAsync(server, 3));
        Assert.Equal(0, rig.Proxy.ErrorCount);
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_client_whose_bytes_the_target_takes_slowly_is_not_idle(LoopKind loop)
    {
        await using ProxyRig rig = new(NetFault.None, loop, configure: o => o with { IdleTimeout = TimeSpan.FromSeconds(4) });
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] data = ProxyRig.Bytes(48 * 1024 * 1024);
        Task sending = rig.SendAsync(client, data);
        long start = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10));
        int received = 0;
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(6) && received < data.Length)
        {
            await timer.WaitForNextTickAsync();
            received += (await rig.ReceiveAsync(server, Math.Min(64 * 1024, data.Length - received))).Length;
        }
        received += (await rig.ReceiveAsync(server, data.Length - received)).Length;
        await sending;
        Assert.Equal((data.Length, 0L), (received, rig.Proxy.ErrorCount));
    }

    [Fact]
    public async Task A_reset_after_the_end_of_input_is_passed_on()
    {
        await using ProxyRig rig = new(NetFault.None);
        (Socket client, Socket server) = await rig.ConnectAsync();
        client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await rig.ReceiveAsync(server));
        client.Close(0);
        Assert.True(await rig.AllGoneAsync());

        (client, server) = await rig.ConnectAsync();
        server.Shutdown(SocketShutdown.Send);
        Assert.Empty(await rig.ReceiveAsync(client));
        server.Close(0);
        Assert.True(await rig.AllGoneAsync());
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_target_that_refuses_resets_the_client_and_is_an_event(LoopKind loop)
    {
        await using ProxyRig rig = new(NetFault.None, loop);
        rig.CloseTarget();
        try
        {
            Assert.Empty(await rig.ReceiveUntilResetAsync(await rig.ConnectClientAsync()));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // So soon that it was still connecting.
        }
        await rig.Proxy.WaitAsync(p => p.TotalConnection == 1 && p.ActiveConnection == 0, rig.Limit);
        ListenerEvent refusal = Assert.Single(rig.Proxy.Events.Snapshot(), e => e.Type == ListenerEventType.Error);
        Assert.Equal(NetError.ConnectionRefused, Assert.IsType<NetException>(refusal.Error).Error);
        Assert.Equal(1, rig.Statistic.TargetFailureCount);
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task Latency_and_jitter_are_at_least_what_was_asked_and_keep_the_order(LoopKind loop)
    {
        await using ProxyRig rig = new(new NetFault { LatencyMilliseconds = 60, JitterMilliseconds = 20, SliceSize = 100, Direction = FaultDirection.ClientToServer }, loop);
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] data = ProxyRig.Bytes(5000);
        long start = Stopwatch.GetTimestamp();
        await rig.SendAsync(client, data);
        Assert.Equal(data[..1], await rig.ReceiveAsync(server, 1));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 60);
        // The end is as late as the bytes.
        start = Stopwatch.GetTimestamp();
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(data[1..], await rig.ReceiveAsync(server));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 60);
        Assert.Equal(50, rig.Statistic.DelayedCount);
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task Bandwidth_is_never_more_than_what_was_asked(LoopKind loop)
    {
        await using ProxyRig rig = new(new NetFault { BandwidthBytesPerSecond = 200_000 }, loop);
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] data = ProxyRig.Bytes(100_000);
        long start = Stopwatch.GetTimestamp();
        await rig.SendAsync(client, data);
        Assert.Equal(data, await rig.ReceiveAsync(server, data.Length));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds >= 0.495);
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task Coalesced_bytes_come_when_enough_are_gathered_or_the_time_is_over(LoopKind loop)
    {
        await using ProxyRig rig = new(new NetFault { CoalesceBytes = 1000, CoalesceMilliseconds = 100 }, loop);
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] data = ProxyRig.Bytes(1010), buffer = new byte[4096];
        long start = Stopwatch.GetTimestamp();
        await rig.SendAsync(client, data[..5]);
        Assert.Equal(5, await server.ReceiveAsync(buffer.AsMemory(), rig.Limit));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 100);

        await rig.Proxy.ChangeAsync(f => f with { CoalesceMilliseconds = 60_000 });
        long received = rig.Proxy.BytesReceived;
        for (int at = 5; at < 1005; at += 100)
        {
            await rig.SendAsync(client, data[at..(at + 100)]);
            await rig.Proxy.WaitAsync(p => p.BytesReceived >= received + at + 95, rig.Limit);
        }
        // One write, and so one receive.
        Assert.Equal(1000, await server.ReceiveAsync(buffer.AsMemory(), rig.Limit));
        Assert.Equal(data[5..1005], buffer[..1000]);
        Assert.True(rig.Statistic.CoalescedCount >= 9);
        await rig.SendAsync(client, data[1005..]);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(data[1005..], await rig.ReceiveAsync(server));
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task Slices_are_counted_and_nothing_is_lost(LoopKind loop)
    {
        await using ProxyRig rig = new(new NetFault { SliceSize = 1, Direction = FaultDirection.ServerToClient }, loop);
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] data = ProxyRig.Bytes(2000);
        await rig.SendAsync(server, data);
        Assert.Equal(data, await rig.ReceiveAsync(client, data.Length));
        await rig.SendAsync(client, data);
        Assert.Equal(data, await rig.ReceiveAsync(server, data.Length));
        Assert.Equal(2000, rig.Statistic.SliceCount);
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_target_that_does_not_read_holds_back_the_client(LoopKind loop)
    {
        await using ProxyRig rig = new(new NetFault { LatencyMilliseconds = 1, SliceSize = 60_000, BandwidthBytesPerSecond = 10_000_000_000 }, loop);
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] data = ProxyRig.Bytes(64 * 1024 * 1024);
        Task sending = rig.SendAsync(client, data);
        // The queue fills, and the systems' buffers; the proxy then reads no more.
        long last = -1;
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(300));
        while (last != rig.Proxy.BytesReceived)
        {
            last = rig.Proxy.BytesReceived;
            await look.WaitForNextTickAsync(rig.Limit);
        }
        long held = rig.Proxy.BytesReceived - rig.Statistic.ClientToServerBytes;
        Assert.InRange(held, 1, 17 * 1024 * 1024);
        Assert.False(sending.IsCompleted);
        Assert.Equal(data, await rig.ReceiveAsync(server, data.Length));
        await sending;
    }

    [Fact]
    public async Task Stopping_lets_go_of_stalled_and_waiting_connections()
    {
        await using ProxyRig rig = new(new NetFault { StallAfterBytes = 3 });
        (Socket client, Socket server) = await rig.ConnectAsync();
        await rig.SendAsync(client, ProxyRig.Bytes(10));
        Assert.Equal(3, (await rig.ReceiveAsync(server, 3)).Length);
        await rig.Proxy.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, rig.Proxy.ActiveConnection);
        await Assert.ThrowsAsync<NetException>(() => rig.Proxy.ChangeAsync(_ => NetFault.None));
    }

    [Fact]
    public async Task A_drain_waits_for_what_is_on_its_way()
    {
        await using ProxyRig rig = new(new NetFault { LatencyMilliseconds = 150, Direction = FaultDirection.ClientToServer });
        (Socket client, Socket server) = await rig.ConnectAsync();
        byte[] data = ProxyRig.Bytes(1000);
        await rig.SendAsync(client, data);
        await rig.Proxy.WaitAsync(p => p.BytesReceived == 1000, rig.Limit);
        await rig.Proxy.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(data, await rig.ReceiveAsync(server));
    }

    [Fact]
    public async Task Ends_tls_itself_where_it_has_a_certificate()
    {
        using var certificate = Core.Net.Tls.ServerCertificate.CreateSelfSigned();
        await using ProxyRig rig = new(new NetFault { SliceSize = 7, LatencyMilliseconds = 1 }, configure: o => o with { Certificate = certificate });
        Socket socket = await rig.ConnectClientAsync();
        using System.Net.Security.SslStream tls = new(new NetworkStream(socket), false, (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync("localhost");
        Socket server = await rig.AcceptAsync();
        byte[] data = ProxyRig.Bytes(500), back = new byte[500];
        await tls.WriteAsync(data, rig.Limit);
        Assert.Equal(data, await rig.ReceiveAsync(server, data.Length));
        await rig.SendAsync(server, data);
        await tls.ReadExactlyAsync(back, rig.Limit);
        Assert.Equal(data, back);
    }
}
