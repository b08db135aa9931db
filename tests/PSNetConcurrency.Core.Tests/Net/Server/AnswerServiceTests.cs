using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Tests.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Server;

public sealed class AnswerServiceTests
{
    private static LoopKind Fastest => OperatingSystem.IsLinux() ? LoopKind.Epoll : LoopKind.Completion;

    public static TheoryData<NetServiceKind> Answering => [NetServiceKind.Echo, NetServiceKind.Chargen, NetServiceKind.Daytime, NetServiceKind.Time];

    [Theory]
    [MemberData(nameof(Answering))]
    public async Task A_port_that_might_answer_for_ever_is_never_answered(NetServiceKind kind)
    {
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), Create(kind));
        int[] ports = [0, 7, 9, 13, 17, 19, 37, rig.Server.Port];
        foreach (int port in ports)
        {
            await rig.ForgeAsync(new IPEndPoint(IPAddress.Loopback, port), new byte[600]);
            await rig.ForgeAsync(new IPEndPoint(IPAddress.Parse("192.0.2.7"), port), new byte[600]);
        }
        Assert.Equal(2 * ports.Length, rig.Server.RefusedCount);
        Assert.Equal(0, rig.Server.BytesSent);
    }

    [Fact]
    public async Task Chargen_sends_a_stranger_no_more_than_it_got_and_others_up_to_512()
    {
        await using UdpRig rig = new(Fastest, new UdpServerOptions { Allow = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("0.0.0.0/1"), IPNetwork.Parse("128.0.0.0/1")] }, new ChargenService());
        await using UdpRig open = new(Fastest, new UdpServerOptions(), new ChargenService());
        IPEndPoint stranger = new(IPAddress.Parse("192.0.2.7"), 5000);
        for (int i = 0; i < 100; i++)
        {
            await open.ForgeAsync(stranger, new byte[3]);
            await rig.ForgeAsync(stranger, new byte[3]);
        }
        Assert.InRange(open.Server.BytesSent, 1, 300);
        // Named as allowed: on average 256 each.
        Assert.InRange(rig.Server.BytesSent, 5000, 51200);
    }

    [Fact]
    public async Task Chargen_sends_the_pattern_of_the_RFC()
    {
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), new ChargenService());
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        HashSet<int> lengths = [];
        byte[] got = new byte[1024];
        for (int i = 0; i < 200; i++)
        {
            await client.SendAsync(Array.Empty<byte>());
            int length = await client.ReceiveAsync(got).WaitAsync(Eventually.Limit);
            lengths.Add(length);
            for (int at = 0; at < length; at++)
            {
                int line = at / 74, column = at % 74;
                Assert.Equal(column == 72 ? '\r' : column == 73 ? '\n' : ' ' + ((i + line + column) % 95), got[at]);
            }
        }
        Assert.InRange(lengths.Max(), 300, 512);
        Assert.InRange(lengths.Count, 50, 200);
    }

    [Fact]
    public async Task Daytime_and_time_ignore_what_they_are_sent()
    {
        await using UdpRig daytime = new(Fastest, new UdpServerOptions(), new DaytimeService(new At(new DateTimeOffset(2036, 2, 7, 6, 28, 16, TimeSpan.Zero))));
        await using UdpRig time = new(Fastest, new UdpServerOptions(), new TimeService(new At(new DateTimeOffset(2004, 1, 1, 0, 0, 0, TimeSpan.Zero))));
        byte[] got = new byte[1024];
        foreach (int size in new[] { 0, 1, 65507 })
        {
            using Socket client = UdpRig.Client(daytime.Server.LocalEndPoint);
            await client.SendAsync(new byte[size]);
            int length = await client.ReceiveAsync(got).WaitAsync(Eventually.Limit);
            Assert.Equal("Thursday, February 7, 2036 06:28:16+00:00\r\n", Encoding.ASCII.GetString(got, 0, length));
            using Socket other = UdpRig.Client(time.Server.LocalEndPoint);
            await other.SendAsync(new byte[size]);
            Assert.Equal(4, await other.ReceiveAsync(got).WaitAsync(Eventually.Limit));
            Assert.Equal(3281904000u, BinaryPrimitives.ReadUInt32BigEndian(got));
        }
    }

    [Fact]
    public async Task Discard_takes_all_and_answers_nothing()
    {
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), new DiscardService());
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        for (int i = 0; i < 10; i++)
        {
            await client.SendAsync(new byte[i]);
        }
        Assert.True(await rig.Server.WaitAsync(s => s.MessageCount == 10, new CancellationTokenSource(Eventually.Limit).Token));
        Assert.Equal((45, 0), (rig.Server.BytesReceived, rig.Server.BytesSent));
        Assert.Equal(0, client.Available);
    }

    private static DatagramService Create(NetServiceKind kind) => kind switch
    {
        NetServiceKind.Chargen => new ChargenService(),
        NetServiceKind.Daytime => new DaytimeService(TimeProvider.System),
        NetServiceKind.Time => new TimeService(TimeProvider.System),
        _ => new EchoService(),
    };

    private sealed class At(DateTimeOffset time) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => time;
    }
}
