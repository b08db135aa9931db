using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.TestDoubles;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class NetworkTimeClientTests
{
    private static readonly NtpPacket Honest = new() { Version = 4, Mode = NtpPacket.Server, Stratum = 2, Precision = -20, ReferenceId = 0xc0000201 };

    // What an answer is made of, and the word that its problem begins with.
    private static readonly (string Code, Func<NtpPacket, NtpPacket> Lie)[] Lies =
    [
        ("OriginMismatch", p => p with { Origin = new NtpTimestamp(p.Origin.Value ^ 1) }),
        ("OriginMismatch", p => p with { Origin = default }),
        ("WrongMode", p => p with { Mode = NtpPacket.Client }),
        ("WrongVersion", p => p with { Version = 7 }),
        ("Unsynchronized", p => p with { Leap = LeapIndicator.Unsynchronized }),
        ("Unsynchronized", p => p with { Stratum = 16 }),
        ("BadStratum", p => p with { Stratum = 17 }),
        ("KissOfDeath", p => p with { Stratum = 0, ReferenceId = NtpReferenceId.Parse("DENY") }),
        ("KissOfDeath", p => p with { Stratum = 0, ReferenceId = 0 }),
        ("BadTimestamp", p => p with { Transmit = default }),
        ("BadTimestamp", p => p with { Receive = default }),
        ("BadTimestamp", p => p with { Transmit = new NtpTimestamp(p.Receive.Value - (1UL << 32)) }),
        ("BadTimestamp", p => p with { Reference = new NtpTimestamp(p.Transmit.Value + (1UL << 32)) }),
        ("ImpossibleDelay", p => p with { Transmit = new NtpTimestamp(p.Receive.Value + (600UL << 32)) }),
        ("RootDistance", p => p with { RootDispersion = NtpShort.FromTimeSpan(TimeSpan.FromSeconds(2)) }),
        ("RootDistance", p => p with { RootDelay = NtpShort.FromTimeSpan(TimeSpan.FromSeconds(40)) }),
    ];

    [Fact]
    public async Task A_server_that_lies_is_a_problem_and_no_time()
    {
        await Task.WhenAll(Lies.Select(async lie =>
        {
            using UdpDouble server = new((d, r) => d.Send(Bytes(lie.Lie(Answer(r))), r));
            NetworkTime time = await AskAsync(server, timeout: 1);
            Assert.StartsWith(lie.Code + ": ", Assert.Single(time.Problem), StringComparison.Ordinal);
            Assert.False(time.IsUsable);
            Assert.Null(time.Time);
            Assert.Null(time.Offset);
            Assert.Null(time.Interval);
        }));
    }

    [Fact]
    public async Task Garbage_silence_a_closed_port_and_a_name_without_address_are_problems()
    {
        using UdpDouble garbage = new((d, r) => d.Send([1, 2, 3], r)), silent = UdpDouble.Silent();
        UdpDouble closed = UdpDouble.Silent();
        closed.Dispose();
        NetworkTime[] times = await Task.WhenAll(AskAsync(garbage, timeout: 1), AskAsync(silent, timeout: 0.2), AskAsync(closed, timeout: 30),
            NetworkTimeClient.QueryAsync(new TimeQuery { Server = "no such name", Timeout = TimeSpan.FromSeconds(30) }, CancellationToken.None));
        Assert.Equal(["Malformed", "NoReply", "Refused", "NameNotResolved"], times.Select(t => t.Problem[0].Split(':')[0]));
        Assert.Equal((1, 1), (times[0].Discarded, times[1].Sent));
    }

    [Fact]
    public async Task What_is_forged_or_comes_again_is_not_believed_and_the_true_answer_is_awaited()
    {
        byte[]? first = null;
        using UdpDouble server = new((d, r) =>
        {
            byte[] lie = Bytes(Answer(r) with { Origin = new NtpTimestamp(1), Receive = new NtpTimestamp(1), Transmit = new NtpTimestamp(1) });
            d.SendForeign(Bytes(Answer(r) with { Receive = new NtpTimestamp(1), Transmit = new NtpTimestamp(1) }), r.From);
            d.Send(lie, r);
            if (first is not null)
            {
                d.Send(first, r);
            }
            d.Send(first = Bytes(Answer(r)), r);
        });
        NetworkTime time = await AskAsync(server, count: 2);
        Assert.True(time.IsUsable, string.Join(' ', time.Problem));
        Assert.Equal((2, 2, 3), (time.Sent, time.Received, time.Discarded));
        Assert.True(time.Interval!.Contains(TimeSpan.Zero), $"{time.Interval}");
    }

    [Fact]
    public async Task The_request_tells_nothing_of_this_machine()
    {
        using UdpDouble server = new((d, r) => d.Send(Bytes(Answer(r)), r));
        await AskAsync(server, count: 3);
        Assert.All(server.Requests, r =>
        {
            Assert.Equal(NtpPacket.Length, r.Data.Length);
            Assert.Equal((0x23, 0x20), (r.Data[0], r.Data[3]));
            Assert.All(r.Data[4..40], b => Assert.Equal(0, b));
        });
        Assert.Equal(3, server.Requests.Select(r => Convert.ToHexString(r.Data[40..])).Distinct().Count());
    }

    [Theory]
    [InlineData("RATE", 0, 1, false)]
    [InlineData("RSTR", 0, 1, false)]
    [InlineData("RATE", 1, 2, true)]
    [InlineData("DENY", 1, 2, false)]
    [InlineData("INIT", 0, 4, true)]
    public async Task A_kiss_of_death_is_obeyed(string code, int after, int sent, bool usable)
    {
        using UdpDouble server = new((d, r) => d.Send(Bytes(r.Index == after ? Answer(r) with { Stratum = 0, ReferenceId = NtpReferenceId.Parse(code) } : Answer(r)), r));
        NetworkTime time = await AskAsync(server, count: 4);
        Assert.Equal((sent, sent, code, usable), (time.Sent, server.Requests.Length, time.KissCode, time.IsUsable));
    }

    [Fact]
    public async Task The_answer_with_the_least_delay_counts()
    {
        // Each answer has its own second; the slow ones are not taken.
        using UdpDouble server = new((d, r) =>
        {
            NtpPacket answer = Answer(r);
            if (r.Index != 1)
            {
                Thread.Sleep(100);
            }
            d.Send(Bytes(answer with { Receive = Later(answer.Receive, r.Index), Transmit = Later(answer.Transmit, r.Index) }), r);
        });
        NetworkTime time = await AskAsync(server, count: 3);
        Assert.Equal((1, 3), (Math.Round(time.Offset!.Value.TotalSeconds), time.Received));
        Assert.InRange(time.Jitter!.Value.TotalSeconds, 0.8, 1.3);

        static NtpTimestamp Later(NtpTimestamp time, int seconds) => new(time.Value + ((ulong)seconds << 32));
    }

    [Fact]
    public async Task A_request_that_is_lost_is_followed_by_others()
    {
        using UdpDouble server = new((d, r) =>
        {
            if (r.Index != 0)
            {
                d.Send(Bytes(Answer(r)), r);
            }
        });
        NetworkTime time = await AskAsync(server, count: 3, timeout: 0.3);
        Assert.Equal((3, 2, true), (time.Sent, time.Received, time.IsUsable));
        using UdpDouble silent = UdpDouble.Silent();
        Assert.Equal(2, (await AskAsync(silent, count: 100, timeout: 0.1)).Sent);
    }

    [Fact]
    public async Task It_can_be_stopped()
    {
        using UdpDouble silent = UdpDouble.Silent();
        using CancellationTokenSource stop = new();
        Task<NetworkTime> asking = NetworkTimeClient.QueryAsync(new TimeQuery { Server = "127.0.0.1", Port = silent.Port, Timeout = TimeSpan.FromDays(100) }, stop.Token);
        await Net.Eventually.TrueAsync(() => silent.Requests.Length == 1, "the request arrives");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Net.Eventually.Limit));
    }

    [Theory]
    [InlineData(TimeServiceKind.Ntp, NetTransport.Udp)]
    [InlineData(TimeServiceKind.Time, NetTransport.Udp)]
    [InlineData(TimeServiceKind.Time, NetTransport.Tcp)]
    [InlineData(TimeServiceKind.Daytime, NetTransport.Udp)]
    [InlineData(TimeServiceKind.Daytime, NetTransport.Tcp)]
    public async Task Our_servers_are_understood_also_beyond_2036_and_before_1970_and_over_IPv6(TimeServiceKind kind, NetTransport transport)
    {
        IPAddress[] addresses = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        foreach (IPAddress address in addresses)
        {
            foreach (TimeSpan offset in new[] { TimeSpan.Zero, TimeSpan.FromDays(365 * 20), TimeSpan.FromDays(-365 * 60), TimeSpan.FromMilliseconds(-1234.5) })
            {
                IReadOnlyList<NetListener> servers = TimeServers.Start(kind, new TimeServerOptions { Offset = offset }, new UdpServerOptions { Address = address }, new TcpServerOptions { Address = address });
                NetworkTime time = await NetworkTimeClient.QueryAsync(new TimeQuery { Server = address.ToString(), Port = servers[0].Port, Protocol = kind, Transport = transport, Timeout = TimeSpan.FromSeconds(30) }, CancellationToken.None);
                await Task.WhenAll(servers.Select(s => s.StopAsync(TimeSpan.Zero)));
                Assert.True(time.IsUsable, string.Join(' ', time.Problem));
                // One machine, one clock: the true offset is known.
                Assert.True(time.Interval!.Contains(offset), $"{time.Interval} does not contain {offset}");
                Assert.Equal(time.T4 + time.Offset, time.Time);
            }
        }
    }

    private static Task<NetworkTime> AskAsync(UdpDouble server, int count = 1, double timeout = 30) =>
        NetworkTimeClient.QueryAsync(new TimeQuery { Server = "127.0.0.1", Port = server.Port, Count = count, Timeout = TimeSpan.FromSeconds(timeout) }, CancellationToken.None);

    private static NtpPacket Answer(UdpRequest request)
    {
        Assert.True(NtpPacket.TryRead(request.Data, out NtpPacket packet));
        NtpTimestamp now = NtpTimestamp.FromTicks(DateTime.UtcNow.Ticks);
        return Honest with { Origin = packet.Transmit, Receive = now, Transmit = now, Reference = new NtpTimestamp(now.Value - (16UL << 32)) };
    }

    private static byte[] Bytes(NtpPacket packet)
    {
        byte[] bytes = new byte[NtpPacket.Length];
        packet.Write(bytes);
        return bytes;
    }
}
