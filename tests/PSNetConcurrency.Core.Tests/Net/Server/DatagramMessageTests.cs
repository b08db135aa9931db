using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Server;

public sealed class DatagramMessageTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    private static LoopKind Fastest => OperatingSystem.IsLinux() ? LoopKind.Epoll : LoopKind.Completion;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_reply_is_a_datagram_to_the_sender(LoopKind kind)
    {
        Held held = new();
        await using UdpRig rig = new(kind, new UdpServerOptions(), Messages(held));
        using Socket first = UdpRig.Client(rig.Server.LocalEndPoint), second = UdpRig.Client(rig.Server.LocalEndPoint);
        await first.SendAsync("one"u8.ToArray());
        MessageWork one = await held.NextAsync();
        await second.SendAsync("two"u8.ToArray());
        MessageWork two = await held.NextAsync();
        two.Complete([Text("b1"), new FrameContent(null, null), Text("b2")]);
        one.Complete([]);
        ((DatagramClient)one.Client).Send("a, unasked");
        Assert.Equal(["b1", "", "b2"], [await ReceiveAsync(second), await ReceiveAsync(second), await ReceiveAsync(second)]);
        Assert.Equal("a, unasked", await ReceiveAsync(first));
        Assert.Equal(0, first.Available);
        Assert.Equal(["one", "two"], rig.Server.Events.Snapshot().Where(e => e.Type == ListenerEventType.Message).Select(e => (string)e.Message!));
    }

    [Fact]
    public async Task More_than_may_wait_are_dropped_the_newest_and_counted()
    {
        Held held = new();
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), Messages(held, new DatagramMessageOptions { MaximumPending = 3, MaximumPendingBytes = 10 }));
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await LoopPair.RunAsync(rig.Loop, () =>
        {
            foreach (string text in (string[])["1234567", "890", "x", "", ""])
            {
                client.Send(Encoding.UTF8.GetBytes(text));
            }
        });
        // The third would be a byte too many, the fifth one too many.
        Assert.True(await rig.Server.WaitAsync(s => s.RefusedCount == 2, new CancellationTokenSource(Eventually.Limit).Token));
        List<MessageWork> works = [await held.NextAsync(), await held.NextAsync(), await held.NextAsync()];
        Assert.Equal(["1234567", "890", ""], works.Select(w => w.Message));
        Assert.Single(rig.Server.Events.Snapshot(), e => e.Type == ListenerEventType.Refused);
        works[0].Complete([]);
        works[1].Fail(new InvalidOperationException("failed"));
        await Eventually.TrueAsync(() => rig.Server.ErrorCount == 1, "the failure is told");
        await client.SendAsync("again"u8.ToArray());
        Assert.Equal("again", (await held.NextAsync()).Message);
    }

    [Fact]
    public async Task A_reply_that_no_datagram_holds_is_an_event_and_the_others_are_sent()
    {
        Held held = new();
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), Messages(held));
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await client.SendAsync("x"u8.ToArray());
        MessageWork work = await held.NextAsync();
        work.Complete([new FrameContent(null, new byte[65508]), Text("small")]);
        Assert.Equal("small", await ReceiveAsync(client));
        Assert.Equal(NetError.MessageTooLarge, Assert.IsType<NetException>(rig.Server.LastError).Error);
        Assert.Throws<NetException>(() => ((DatagramClient)work.Client).Send(new byte[65508]));
    }

    [Fact]
    public async Task A_datagram_longer_than_allowed_or_that_can_not_be_read_never_gets_to_the_handler()
    {
        Held held = new();
        DatagramMessageService service = new(held, data => data[0] == 'x' ? throw new DecoderFallbackException("no text") : Encoding.UTF8.GetString(data), new DatagramMessageOptions { MaximumMessageBytes = 4 });
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), service);
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await client.SendAsync("12345"u8.ToArray());
        await client.SendAsync("x"u8.ToArray());
        await client.SendAsync("1234"u8.ToArray());
        Assert.Equal("1234", (await held.NextAsync()).Message);
        Assert.Equal((1, 1), (rig.Server.RefusedCount, rig.Server.ErrorCount));
    }

    [Fact]
    public async Task Once_ends_with_the_first_that_is_answered()
    {
        Held held = new();
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), Messages(held, new DatagramMessageOptions { Once = true }));
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await client.SendAsync("fails"u8.ToArray());
        MessageWork failing = await held.NextAsync();
        await client.SendAsync("meanwhile"u8.ToArray());
        await Eventually.TrueAsync(() => rig.Server.RefusedCount == 1, "another is refused meanwhile");
        failing.Fail(new InvalidOperationException());
        await Eventually.TrueAsync(() => rig.Server.ErrorCount == 1, "it failed");
        await client.SendAsync("good"u8.ToArray());
        (await held.NextAsync()).Complete([Text("bye")]);
        await rig.Server.Stopped.WaitAsync(Eventually.Limit);
        Assert.Equal("bye", await ReceiveAsync(client));
        Assert.True(held.Stopped);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_drain_waits_for_the_reply_and_a_stop_does_not(LoopKind kind)
    {
        Held held = new();
        await using UdpRig rig = new(kind, new UdpServerOptions(), Messages(held));
        await using UdpRig other = new(kind, new UdpServerOptions(), Messages(held));
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint), hasty = UdpRig.Client(other.Server.LocalEndPoint);
        await client.SendAsync("x"u8.ToArray());
        MessageWork work = await held.NextAsync();
        Task stopped = rig.Server.StopAsync(TimeSpan.FromMinutes(5));
        work.Complete([Text("in time")]);
        await stopped.WaitAsync(Eventually.Limit);
        Assert.Equal("in time", await ReceiveAsync(client));

        await hasty.SendAsync("x"u8.ToArray());
        MessageWork late = await held.NextAsync();
        await other.Server.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
        Assert.True(late.IsAbandoned);
        late.Complete([Text("late")]);
        ((DatagramClient)late.Client).Send("late");
    }

    private static DatagramMessageService Messages(Held held, DatagramMessageOptions? options = null) => new(held, Encoding.UTF8.GetString, options ?? new DatagramMessageOptions());

    private static FrameContent Text(string text) => new(null, Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReceiveAsync(Socket client)
    {
        byte[] got = new byte[65536];
        return Encoding.UTF8.GetString(got, 0, await client.ReceiveAsync(got).WaitAsync(Eventually.Limit));
    }

    /// <summary>Keeps messages until the test answers.</summary>
    private sealed class Held : IMessageHandler
    {
        private readonly ConcurrentQueue<MessageWork> _works = new();

        public bool Stopped { get; private set; }

        public async Task<MessageWork> NextAsync()
        {
            MessageWork? work = null;
            await Eventually.TrueAsync(() => _works.TryDequeue(out work), "a datagram came");
            return work!;
        }

        public void Handle(MessageWork work) => _works.Enqueue(work);

        public void Stop() => Stopped = true;
    }
}
