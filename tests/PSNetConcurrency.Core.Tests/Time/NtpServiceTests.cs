using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Tests.Net.Loop;
using PSNetConcurrency.Core.Tests.Net.Server;
using PSNetConcurrency.Core.Tests.Processes;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class NtpServiceTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    private static LoopKind Fastest => OperatingSystem.IsLinux() ? LoopKind.Epoll : LoopKind.Completion;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_request_is_answered_with_what_was_ordered(LoopKind kind)
    {
        NtpServiceOptions options = new() { Stratum = 1, ReferenceId = "GPS", LeapIndicator = LeapIndicator.InsertSecond, RootDelay = TimeSpan.FromSeconds(0.5), RootDispersion = TimeSpan.FromSeconds(0.25) };
        await using UdpRig rig = new(kind, new UdpServerOptions(), new NtpService(options));
        for (int version = 1; version <= 4; version++)
        {
            byte[] request = Request(version);
            long before = DateTime.UtcNow.Ticks;
            NtpPacket answer = await AskAsync(rig, request);
            long after = DateTime.UtcNow.Ticks;
            Assert.Equal((LeapIndicator.InsertSecond, version, NtpPacket.Server, 1, 6), (answer.Leap, answer.Version, answer.Mode, answer.Stratum, answer.Poll));
            Assert.Equal(("GPS", 0.5, 0.25), (NtpReferenceId.ToText(answer.ReferenceId, 1), NtpShort.ToTimeSpan(answer.RootDelay).TotalSeconds, NtpShort.ToTimeSpan(answer.RootDispersion).TotalSeconds));
            Assert.Equal(0x0102030405060708u, answer.Origin.Value);
            Assert.InRange(answer.Receive.ToTicks(before), before - 10_000, answer.Transmit.ToTicks(before));
            Assert.InRange(answer.Transmit.ToTicks(before), before, after);
            Assert.InRange(answer.Reference.ToTicks(before), before - (64 * TimeSpan.TicksPerSecond), answer.Receive.ToTicks(before));
        }
    }

    [Fact]
    public async Task What_no_client_sends_is_not_answered_and_no_answer_is_longer_than_its_request()
    {
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), new NtpService(new NtpServiceOptions()));
        IPEndPoint from = new(IPAddress.Loopback, 5000);
        int refused = 0;
        for (int first = 0; first < 256; first++)
        {
            bool answered = (first & 7) == 3 && ((first >> 3) & 7) is >= 1 and <= 4;
            foreach (int length in new[] { 0, 1, 47, 48, 49, 68, 1000 })
            {
                byte[] request = new byte[length];
                if (length > 0)
                {
                    request[0] = (byte)first;
                }
                long sent = rig.Server.BytesSent;
                await rig.ForgeAsync(from, request);
                int expected = answered && length >= 48 ? 48 : 0;
                refused += expected == 0 ? 1 : 0;
                Assert.Equal(expected, rig.Server.BytesSent - sent);
            }
        }
        await rig.ForgeAsync(new IPEndPoint(IPAddress.Loopback, 0), Request(4));
        Assert.Equal(refused + 1, rig.Server.RefusedCount);
    }

    [Fact]
    public async Task A_kiss_brings_no_time()
    {
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), new NtpService(new NtpServiceOptions { KissCode = "RATE", Stratum = 3 }));
        NtpPacket answer = await AskAsync(rig, Request(4));
        Assert.Equal((0, "RATE", LeapIndicator.Unsynchronized, 0x0102030405060708u), (answer.Stratum, NtpReferenceId.ToText(answer.ReferenceId, 0), answer.Leap, answer.Origin.Value));
    }

    [Fact]
    public async Task Some_requests_are_dropped_and_the_same_seed_drops_the_same()
    {
        string[] runs = await Task.WhenAll(RunAsync(7), RunAsync(7), RunAsync(8));
        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
        Assert.InRange(runs[0].Count(c => c == 'x'), 60, 140);

        static async Task<string> RunAsync(int seed)
        {
            await using UdpRig rig = new(Fastest, new UdpServerOptions(), TimeServers.Service(TimeServiceKind.Ntp, new TimeServerOptions { DropRate = 0.5, Seed = seed }));
            string run = "";
            for (int i = 0; i < 200; i++)
            {
                long sent = rig.Server.BytesSent;
                await rig.ForgeAsync(new IPEndPoint(IPAddress.Loopback, 9), Request(4));
                run += rig.Server.BytesSent == sent ? 'x' : '.';
            }
            return run;
        }
    }

    [Fact]
    public async Task Jitter_differs_from_answer_to_answer_within_its_bounds()
    {
        await using UdpRig rig = new(Fastest, new UdpServerOptions(), TimeServers.Service(TimeServiceKind.Ntp, new TimeServerOptions { Offset = TimeSpan.FromHours(1), Jitter = TimeSpan.FromMinutes(10), Seed = 3 }));
        List<double> minutes = [];
        for (int i = 0; i < 50; i++)
        {
            minutes.Add(TimeSpan.FromTicks((await AskAsync(rig, Request(4))).Transmit.ToTicks(DateTime.UtcNow.Ticks) - DateTime.UtcNow.Ticks).TotalMinutes);
        }
        Assert.All(minutes, m => Assert.InRange(m, 49, 70.1));
        Assert.InRange(minutes.Max() - minutes.Min(), 5, 20.1);
    }

    [LinuxFact]
    public async Task The_kernel_tells_when_a_datagram_came_however_long_it_waited()
    {
        await using LoopPair pair = await LoopPair.StartAsync(LoopKind.Epoll, () => new ScriptedHandler());
        TimedHandler handler = new();
        Socket socket = UdpBinding.Bind(IPAddress.Loopback, 0);
        using Socket client = UdpRig.Client((IPEndPoint)socket.LocalEndPoint!);
        DatagramChannel channel = await LoopPair.RunAsync(pair.Server, () => pair.Server.Bind(socket, handler));
        await LoopPair.RunAsync(pair.Server, channel.TakeReceiveTimes);
        // The kernel begins to note the times a moment after it is told to.
        await Eventually.TrueAsync(async () =>
        {
            (long before, long sent) = await LoopPair.RunAsync(pair.Server, () =>
            {
                long start = DateTime.UtcNow.Ticks;
                client.Send([1]);
                long end = DateTime.UtcNow.Ticks;
                Thread.Sleep(10);
                return (start, end);
            });
            await Eventually.TrueAsync(() => handler.Last != 0, "the datagram is delivered");
            long at = handler.Last;
            handler.Last = 0;
            return at >= before - 10 && at <= sent;
        }, "the time is that of the arrival");
        await LoopPair.RunAsync(pair.Server, channel.Dispose);
    }

    private static byte[] Request(int version)
    {
        byte[] request = new byte[NtpPacket.Length];
        new NtpPacket { Version = version, Mode = NtpPacket.Client, Poll = 6, Transmit = new NtpTimestamp(0x0102030405060708) }.Write(request);
        return request;
    }

    private static async Task<NtpPacket> AskAsync(UdpRig rig, byte[] request)
    {
        using Socket client = UdpRig.Client(rig.Server.LocalEndPoint);
        await client.SendAsync(request);
        byte[] got = new byte[1024];
        Assert.Equal(NtpPacket.Length, await client.ReceiveAsync(got).WaitAsync(Eventually.Limit));
        Assert.True(NtpPacket.TryRead(got, out NtpPacket answer));
        return answer;
    }

    private sealed class TimedHandler : IDatagramHandler
    {
        private long _last;

        public long Last
        {
            get => Volatile.Read(ref _last);
            set => Volatile.Write(ref _last, value);
        }

        public void OnDatagram(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from) => Last = channel.ReceivedAt;

        public void OnError(DatagramChannel channel, SocketError error)
        {
        }
    }
}
