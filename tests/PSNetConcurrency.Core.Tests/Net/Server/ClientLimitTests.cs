using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Server;

/// <summary>What a server allows a client: time, and bytes that wait for it.</summary>
public class ClientLimitTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_takes_a_large_reply_slowly_is_not_idle(LoopKind kind)
    {
        const int Total = 64 * 1024 * 1024, Piece = 1024 * 1024;
        await using ServerRig rig = new(kind, new Greeter(Total), new TcpServerOptions { IdleTimeout = TimeSpan.FromSeconds(3) });
        using Socket client = await rig.ConnectAsync();
        byte[] buffer = new byte[128 * 1024];
        long start = Environment.TickCount64;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        for (int received = 0, taken = 0; received < Total;)
        {
            // A piece a tick for longer than the timeout, then all the rest.
            if (received >= taken && Environment.TickCount64 - start < 5000)
            {
                await timer.WaitForNextTickAsync();
                taken += Piece;
            }
            int n = await client.ReceiveAsync(buffer).WaitAsync(Eventually.Limit);
            Assert.True(n > 0);
            received += n;
        }
        Assert.True(Environment.TickCount64 - start > 3000);
        Assert.Equal(0, rig.Server.ErrorCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_reads_nothing_is_idle_however_much_is_sent_to_it(LoopKind kind)
    {
        Greeter protocol = new(0);
        await using ServerRig rig = new(kind, protocol, new TcpServerOptions { IdleTimeout = TimeSpan.FromSeconds(1), MaximumPendingBytes = int.MaxValue });
        using Socket client = await rig.ConnectAsync();
        NetClient theirs = await protocol.FirstAsync();
        byte[] piece = new byte[256 * 1024];
        await Eventually.TrueAsync(() =>
        {
            theirs.Send(piece);
            return rig.Server.ActiveConnection == 0;
        }, "it is disconnected");
        Assert.Equal(NetError.TimedOut, Assert.IsType<NetException>(rig.Server.LastError).Error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_does_not_take_what_it_did_not_ask_for_is_disconnected(LoopKind kind)
    {
        const int Limit = 1024 * 1024;
        Greeter protocol = new(0);
        await using ServerRig rig = new(kind, protocol, new TcpServerOptions { MaximumPendingBytes = Limit });
        using Socket lazy = await rig.ConnectAsync();
        NetClient theirs = await protocol.FirstAsync();
        byte[] piece = new byte[128 * 1024];
        int most = 0;
        await Eventually.TrueAsync(() =>
        {
            theirs.Send(piece);
            rig.Server.Loop.Post(() => most = Math.Max(most, theirs.Channel.PendingBytes));
            return rig.Server.ActiveConnection == 0;
        }, "it is disconnected");
        NetException error = Assert.IsType<NetException>(rig.Server.LastError);
        Assert.Equal(NetError.MessageTooLarge, error.Error);
        Assert.Contains("does not read", error.Message, StringComparison.Ordinal);
        Assert.Contains(rig.Server.Events.Snapshot(), e => e.Type == ListenerEventType.Error && e.Error == error);
        Assert.InRange(most, 1, Limit);
    }

    [Fact]
    public async Task A_reply_may_be_larger_than_what_may_be_sent_unasked()
    {
        byte[] reply = new byte[8 * 1024 * 1024];
        Array.Fill(reply, (byte)'r');
        HeldMessages held = new();
        await using ServerRig rig = new(LoopKind.Completion, held.Protocol(), new TcpServerOptions { MaximumPendingBytes = 1024 });
        using Socket client = await rig.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("question\n"u8.ToArray());
            (await held.NextAsync()).Complete([new FrameContent(null, reply)]);
            byte[] buffer = new byte[256 * 1024];
            for (int left = reply.Length + 1; left > 0;)
            {
                int n = await client.ReceiveAsync(buffer).WaitAsync(Eventually.Limit);
                Assert.True(n > 0);
                left -= n;
            }
        }
        Assert.Equal(0, rig.Server.ErrorCount);
    }

    [Fact]
    public async Task A_client_is_not_idle_while_its_message_is_handled_nor_right_after()
    {
        TimeSpan timeout = TimeSpan.FromSeconds(3);
        HeldMessages held = new();
        await using ServerRig rig = new(LoopKind.Completion, held.Protocol(), new TcpServerOptions { IdleTimeout = timeout });
        using Socket client = await rig.ConnectAsync();
        await client.SendAsync("slow\n"u8.ToArray());
        MessageWork slow = await held.NextAsync();
        long start = Environment.TickCount64;
        await Eventually.TrueAsync(() => Environment.TickCount64 - start > 1.5 * timeout.TotalMilliseconds, "the timeout is over");
        slow.Complete([]);
        // Two sweeps and more: an eighth of the timeout each.
        start = Environment.TickCount64;
        await Eventually.TrueAsync(() => Environment.TickCount64 - start > 900, "it was looked at");
        await client.SendAsync("next\n"u8.ToArray());
        await held.NextAsync();
        Assert.Equal(0, rig.Server.ErrorCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_resets_leaves_its_slot_while_its_message_is_handled(LoopKind kind)
    {
        HeldMessages held = new();
        await using ServerRig rig = new(kind, held.Protocol(), new TcpServerOptions());
        using Socket client = await rig.ConnectAsync();
        await client.SendAsync("slow\n"u8.ToArray());
        MessageWork work = await held.NextAsync();
        Assert.False(work.IsAbandoned);
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        await Eventually.TrueAsync(() => rig.Server.ActiveConnection == 0, "the slot is free");
        Assert.True(work.IsAbandoned);
        work.Complete([new FrameContent(null, "late"u8.ToArray())]);
    }

    [Fact]
    public async Task A_reset_is_seen_through_tls_while_a_message_is_handled()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Behind bytes that are not read yet the completion loop does not see it.
            return;
        }
        HeldMessages held = new();
        using X509Certificate2 certificate = PSNetConcurrency.Core.Net.Tls.ServerCertificate.CreateSelfSigned();
        await using ServerRig rig = new(LoopKind.Epoll, held.Protocol(), new TcpServerOptions { Certificate = certificate });
        using Socket client = await rig.ConnectAsync();
        using System.Net.Security.SslStream tls = new(new NetworkStream(client), false, (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync("slow\n"u8.ToArray());
        MessageWork work = await held.NextAsync();
        // So that there is something unread.
        await tls.WriteAsync(new byte[100_000]);
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        await Eventually.TrueAsync(() => rig.Server.ActiveConnection == 0, "the slot is free");
        Assert.True(work.IsAbandoned);
    }

    /// <summary>Sends so many bytes at once to whoever comes.</summary>
    private sealed class Greeter(int bytes) : ServerProtocol
    {
        private readonly TaskCompletionSource<NetClient> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<NetClient> FirstAsync() => _first.Task.WaitAsync(Eventually.Limit);

        public override void OnConnected(NetClient client)
        {
            client.SendOnLoop(new byte[bytes]);
            _first.TrySetResult(client);
        }

        public override void OnData(NetClient client, ReadOnlySpan<byte> data)
        {
        }
    }
}
