using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Loop;

public sealed class DatagramChannelTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_a_handler_sent_before_it_closed_the_channel_goes_out_and_nothing_more_is_delivered(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        int delivered = 0;
        Handler closing = new((channel, data, from) =>
        {
            delivered++;
            channel.Send(data, from);
            if (delivered == 3)
            {
                channel.Dispose();
            }
        });
        (DatagramChannel channel, Socket client) = await BindAsync(pair.Server, IPAddress.Loopback, closing);
        using (client)
        {
            await LoopPair.RunAsync(pair.Server, () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    client.Send([(byte)i]);
                }
            });
            byte[] got = new byte[16];
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(1, await client.ReceiveAsync(got).WaitAsync(Eventually.Limit));
                Assert.Equal(i, got[0]);
            }
            await LoopPair.RunAsync(pair.Server, () => { });
            Assert.Equal(3, delivered);
            Assert.True(channel.IsClosed);
        }
        // The buffers are shared: an address of the other family, which is longer, is whole in them.
        (DatagramChannel next, Socket other) = await BindAsync(pair.Server, IPAddress.IPv6Loopback, new Handler((channel, data, from) => channel.Send(data, from)));
        using (other)
        {
            await LoopPair.RunAsync(pair.Server, () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    other.Send([(byte)i]);
                }
            });
            byte[] got = new byte[16];
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal(1, await other.ReceiveAsync(got).WaitAsync(Eventually.Limit));
                Assert.Equal(i, got[0]);
            }
        }
        await LoopPair.RunAsync(pair.Server, next.Dispose);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_connected_channel_is_told_of_a_refusal_and_loses_nothing_to_it(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        Socket server = UdpBinding.Bind(IPAddress.Loopback, 0);
        IPEndPoint address = (IPEndPoint)server.LocalEndPoint!;
        server.Dispose();
        List<SocketError> errors = [];
        int received = 0;
        Handler handler = new((_, _, _) => received++) { Error = errors.Add };
        Socket socket = UdpBinding.Bind(IPAddress.Loopback, 0);
        IPEndPoint own = (IPEndPoint)socket.LocalEndPoint!;
        socket.Connect(address);
        DatagramChannel channel = await LoopPair.RunAsync(pair.Client, () => pair.Client.Bind(socket, handler));
        // Nobody is there: the answer to the first comes with, or before, the second.
        await LoopPair.RunAsync(pair.Client, () => channel.Send("x"u8, default(DatagramAddress)));
        await Eventually.TrueAsync(() => errors.Count > 0, "the refusal is told");
        Assert.All(errors, e => Assert.True(e is SocketError.ConnectionRefused or SocketError.ConnectionReset, e.ToString()));
        using Socket back = UdpBinding.Bind(IPAddress.Loopback, address.Port);
        await LoopPair.RunAsync(pair.Client, () => channel.Send("y"u8, default(DatagramAddress)));
        byte[] got = new byte[16];
        Assert.Equal(1, await back.ReceiveAsync(got).WaitAsync(Eventually.Limit));
        back.SendTo("z"u8, own);
        await Eventually.TrueAsync(() => received == 1, "the reply is delivered");
        await LoopPair.RunAsync(pair.Client, channel.Dispose);
    }

    [Fact]
    public async Task What_waits_for_the_system_is_sent_in_order_and_bounded_also_where_it_is_empty()
    {
        await using LoopPair pair = await LoopPair.StartAsync(LoopKind.Completion, () => new ScriptedHandler());
        int failures = 0;
        using Socket socket = UdpBinding.Bind(IPAddress.Loopback, 0);
        await LoopPair.RunAsync(pair.Server, () =>
        {
            using FullChannel channel = new(pair.Server, socket, new Handler((_, _, _) => { }) { SendFailed = _ => failures++ });
            IPEndPoint to = new(IPAddress.Loopback, 9);
            for (int i = 0; i < 10; i++)
            {
                channel.Send([(byte)i], to);
            }
            channel.Room = 4;
            Assert.False(channel.Drain());
            channel.Room = 100;
            Assert.True(channel.Drain());
            Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)i), channel.Sent);
            channel.Room = 0;
            for (int i = 0; i < 200_000; i++)
            {
                channel.Send([], to);
            }
            Assert.InRange(failures, 100_000, 199_999);
            Assert.Equal(failures, channel.SendFailures);
            Assert.Equal(SocketError.NoBufferSpaceAvailable, channel.LastSendError);
        });
    }

    private static async Task<(DatagramChannel Channel, Socket Client)> BindAsync(EventLoop loop, IPAddress address, Handler handler)
    {
        Socket socket = UdpBinding.Bind(address, 0);
        Socket client = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        client.Connect(socket.LocalEndPoint!);
        return (await LoopPair.RunAsync(loop, () => loop.Bind(socket, handler)), client);
    }

    private delegate void DatagramAction(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from);

    private sealed class Handler(DatagramAction action) : IDatagramHandler
    {
        public Action<SocketError>? Error { get; init; }

        public Action<SocketError>? SendFailed { get; init; }

        public void OnDatagram(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from) => action(channel, data, from);

        public void OnError(DatagramChannel channel, SocketError error)
        {
            Error?.Invoke(error);
            throw new InvalidOperationException("A bug in a handler.");
        }

        public void OnSendFailed(DatagramChannel channel, SocketError error) => SendFailed?.Invoke(error);
    }

    /// <summary>A channel to a system that takes so much only.</summary>
    private sealed class FullChannel(EventLoop loop, Socket socket, IDatagramHandler handler) : DatagramChannel(loop, socket, handler)
    {
        public int Room { get; set; }

        public List<byte> Sent { get; } = [];

        public bool Drain() => SendWaiting();

        public override void Send(ReadOnlySpan<byte> data, DatagramAddress to) => Wait(data, to);

        protected override SocketError TrySend(ReadOnlySpan<byte> data, DatagramAddress to)
        {
            if (Room == 0)
            {
                return SocketError.WouldBlock;
            }
            Room--;
            Sent.Add(data[0]);
            return SocketError.Success;
        }

        protected override void Close()
        {
        }
    }
}
