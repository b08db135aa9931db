using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Server;

/// <summary>How many clients a server takes, and how much all of them together may make it keep.</summary>
public class ClientPlacesTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    [Fact]
    public void Places_are_counted_in_all_and_for_each_address()
    {
        ClientPlaces places = new(4, 2);
        IPAddress a = IPAddress.Parse("10.0.0.1"), b = IPAddress.Parse("::ffff:10.0.0.1"), six = IPAddress.Parse("2001:db8::1"), near = IPAddress.Parse("2001:db8::2:3"), far = IPAddress.Parse("2001:db8:0:1::1");
        places.Take(a);
        Assert.Null(places.Refusal(a));
        // The same in the clothes of IPv6.
        places.Take(b);
        Assert.Contains("2 connections already", places.Refusal(a), StringComparison.Ordinal);
        Assert.Null(places.Refusal(six));
        places.Take(six);
        places.Take(near);
        Assert.Contains("full: 4", places.Refusal(far), StringComparison.Ordinal);
        places.Give(b);
        Assert.Null(places.Refusal(a));
        // One /64 is one address.
        Assert.Contains("2 connections already", places.Refusal(near), StringComparison.Ordinal);
        Assert.Null(places.Refusal(far));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_sends_a_message_and_goes_takes_its_place_until_the_handler_is_past_it(LoopKind kind)
    {
        HeldMessages held = new();
        await using ServerRig rig = new(kind, held.Protocol(), new TcpServerOptions { MaximumConnection = 2 });
        MessageWork[] works = new MessageWork[2];
        for (int i = 0; i < 2; i++)
        {
            using Socket client = await rig.ConnectAsync();
            await client.SendAsync("a long message\n"u8.ToArray());
            works[i] = await held.NextAsync();
            client.LingerState = new LingerOption(true, 0);
        }
        await Eventually.TrueAsync(() => rig.Server.ActiveConnection == 0, "both are gone");
        // What nobody waits for is not kept until then.
        await Eventually.TrueAsync(() => works.All(w => w.IsAbandoned && w.Message is null), "the messages are forgotten");
        await TrySendAsync(rig);
        await Eventually.TrueAsync(() => rig.Server.RefusedCount == 1, "there is no place");
        Assert.Null(works[0].Take());
        works[1].Complete([]);
        await Eventually.TrueAsync(async () =>
        {
            await TrySendAsync(rig);
            return held.TryNext() is not null;
        }, "there is one again");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Whoever_holds_most_is_disconnected_when_all_hold_too_much(LoopKind kind)
    {
        HeldMessages held = new();
        await using ServerRig rig = new(kind, held.Protocol(maximumHeld: 100_000), new TcpServerOptions());
        using Socket modest = await rig.ConnectAsync();
        await modest.SendAsync(new byte[40_000]);
        await Eventually.TrueAsync(() => rig.Server.BytesReceived == 40_000, "it came");
        using Socket greedy = await rig.ConnectAsync();
        await greedy.SendAsync(new byte[59_000]);
        await Eventually.TrueAsync(() => rig.Server.BytesReceived == 99_000, "it came");
        Assert.Equal(2, rig.Server.ActiveConnection);
        using Socket third = await rig.ConnectAsync();
        await third.SendAsync(new byte[2_000]);
        await Eventually.TrueAsync(() => rig.Server.LastError is not null, "one of three is disconnected");
        NetException error = Assert.IsType<NetException>(rig.Server.LastError);
        Assert.Contains("59000", error.Message, StringComparison.Ordinal);
        // The others go on, and what the one held counts no more.
        await modest.SendAsync("end\n"u8.ToArray());
        Assert.Equal(40_003, ((byte[])(await held.NextAsync()).Take()!).Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_drain_does_not_take_the_last_answer_back(LoopKind kind)
    {
        HeldMessages held = new();
        await using ServerRig rig = new(kind, held.Protocol(), new TcpServerOptions());
        using Socket client = await rig.ConnectAsync();
        await client.SendAsync("first\n"u8.ToArray());
        MessageWork first = await held.NextAsync();
        // Lies unread while the first is handled: a close over it would be a reset.
        await client.SendAsync(new byte[300_000]);
        Task stopped = rig.Server.StopAsync(Eventually.Limit);
        first.Complete([new FrameContent(null, "answer"u8.ToArray())]);
        byte[] buffer = new byte[100];
        int got = 0;
        for (int n; (n = await client.ReceiveAsync(buffer.AsMemory(got)).AsTask().WaitAsync(Eventually.Limit)) > 0;)
        {
            got += n;
        }
        Assert.Equal("answer\n"u8.ToArray(), buffer[..got]);
        client.Close();
        await stopped.WaitAsync(Eventually.Limit);
    }

    private static async Task TrySendAsync(ServerRig rig)
    {
        try
        {
            using Socket client = await rig.ConnectAsync();
            await client.SendAsync("now\n"u8.ToArray());
        }
        catch (SocketException)
        {
            // Refused, with a reset.
        }
    }
}
