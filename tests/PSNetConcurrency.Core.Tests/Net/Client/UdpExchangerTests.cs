using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.TestDoubles;

namespace PSNetConcurrency.Core.Tests.Net.Client;

public class UdpExchangerTests
{
    [Fact]
    public void Clean_exchanges_share_a_socket()
    {
        using UdpDouble server = UdpDouble.Echo();
        UdpExchangeResult[] results = Exchange(Options(server), 3);
        Assert.Equal(["0", "1", "2"], results.Select(r => r.Text));
        Assert.All(results, r => Assert.Equal((UdpExchangeStatus.Replied, 1), (r.Status, r.Attempt)));
        Assert.Single(results.Select(r => r.LocalEndPoint).Distinct());
    }

    [Fact]
    public void A_late_reply_is_never_taken_for_the_next_one()
    {
        using UdpDouble server = UdpDouble.Late();
        using UdpExchanger exchanger = Start(Options(server) with { Timeout = TimeSpan.FromMilliseconds(200) });
        UdpExchangeResult first = Assert.Single(Replies(exchanger, "0"u8.ToArray()));
        // The reply to that comes now, before the one to this.
        UdpExchangeResult second = Assert.Single(Replies(exchanger, "1"u8.ToArray()));
        Assert.Equal((UdpExchangeStatus.TimedOut, UdpExchangeStatus.Replied), (first.Status, second.Status));
        Assert.Equal("1", second.Text);
        Assert.NotEqual(first.LocalEndPoint, second.LocalEndPoint);
    }

    [Fact]
    public async Task A_second_copy_of_a_reply_is_thrown_away_and_ends_the_trust_in_the_path()
    {
        using UdpDouble server = UdpDouble.Duplicating();
        using UdpExchanger exchanger = Start(Options(server));
        List<UdpExchangeResult> all = [];
        for (int i = 0; i < 4; i++)
        {
            exchanger.Exchange(i, Encoding.UTF8.GetBytes($"{i}"), all.Add);
            await Eventually.TrueAsync(() => server.Sent == 2 * (i + 1), "both copies are there");
        }
        Assert.Equal(["0", "1", "2", "3"], all.Select(r => r.Text));
        Assert.Equal(4, all.Select(r => r.LocalEndPoint).Distinct().Count());
    }

    [Fact]
    public void A_foreign_datagram_is_never_taken_for_the_reply()
    {
        using UdpDouble server = UdpDouble.Foreign("lie"u8.ToArray());
        Assert.Equal(["0", "1"], Exchange(Options(server), 2).Select(r => r.Text));
    }

    [Fact]
    public void A_filter_passes_over_what_it_does_not_know()
    {
        using UdpDouble server = new((d, r) =>
        {
            d.Send("9:other"u8.ToArray(), r);
            d.Send(r.Data, r);
        });
        UdpExchangeResult[] results = Exchange(Options(server) with { Filter = (reply, sent) => reply.Text == $"{sent}" }, 2);
        Assert.Equal(["0", "1"], results.Select(r => r.Text));
    }

    [Fact]
    public void A_closed_port_is_refused_and_the_next_address_is_tried()
    {
        using UdpDouble server = UdpDouble.Echo();
        UdpExchangeOptions options = Options(server);
        int closed = PortFinder.Find(ProtocolType.Udp, 1, null, null)[0];
        UdpExchangeResult refused = Assert.Single(Exchange(options with { Port = closed, RetryCount = 3 }, 1));
        Assert.Equal((UdpExchangeStatus.Refused, 1), (refused.Status, refused.Attempt));
        if (Socket.OSSupportsIPv6)
        {
            List<UdpExchangeResult> all = [];
            using UdpExchanger exchanger = new(options, [IPAddress.IPv6Loopback, IPAddress.Loopback], null, CancellationToken.None);
            exchanger.Exchange("x", "x"u8, all.Add);
            exchanger.Exchange("y", "y"u8, all.Add);
            Assert.Equal([("x", server.EndPoint), ("y", server.EndPoint)], all.Select(r => (r.Text!, r.RemoteEndPoint!)));
        }
    }

    [Fact]
    public void A_message_without_a_reply_is_sent_again()
    {
        using UdpDouble server = UdpDouble.Answering(i => i >= 2);
        UdpExchangeResult[] results = Exchange(Options(server) with { Timeout = TimeSpan.FromSeconds(.7), RetryCount = 2 }, 2);
        Assert.Equal([(UdpExchangeStatus.Replied, 3), (UdpExchangeStatus.Replied, 1)], results.Select(r => (r.Status, r.Attempt)));
        // A reply to the first or second send may still come.
        Assert.NotEqual(results[0].LocalEndPoint, results[1].LocalEndPoint);
    }

    [Fact]
    public void So_many_replies_are_taken_as_are_asked_for_and_fewer_are_a_time_out()
    {
        using UdpDouble server = UdpDouble.Duplicating(3);
        Assert.Equal([UdpExchangeStatus.Replied, UdpExchangeStatus.Replied, UdpExchangeStatus.Replied], Exchange(Options(server) with { ReplyCount = 3 }, 1).Select(r => r.Status));
        UdpExchangeResult[] four = Exchange(Options(server) with { ReplyCount = 4, Timeout = TimeSpan.FromMilliseconds(500) }, 1);
        Assert.Equal([UdpExchangeStatus.Replied, UdpExchangeStatus.Replied, UdpExchangeStatus.Replied, UdpExchangeStatus.TimedOut], four.Select(r => r.Status));
    }

    [Fact]
    public async Task Without_replies_asked_for_it_only_sends()
    {
        using UdpDouble server = UdpDouble.Silent();
        Assert.Equal([UdpExchangeStatus.Sent, UdpExchangeStatus.Sent], Exchange(Options(server) with { ReplyCount = 0 }, 2).Select(r => r.Status));
        await Eventually.TrueAsync(() => server.Requests.Length == 2, "both arrive");
    }

    [Fact]
    public void Each_message_can_have_a_port_of_its_own()
    {
        using UdpDouble server = UdpDouble.Echo();
        Assert.Equal(4, Exchange(Options(server) with { NewSocket = true }, 4).Select(r => r.LocalEndPoint).Distinct().Count());
    }

    [Fact]
    public void Ports_that_were_left_are_not_taken_again_soon()
    {
        using UdpDouble server = UdpDouble.Silent();
        UdpExchangeResult[] results = Exchange(Options(server) with { Timeout = TimeSpan.FromMilliseconds(1) }, 12);
        Assert.All(results, r => Assert.Equal(UdpExchangeStatus.TimedOut, r.Status));
        Assert.Equal(12, results.Select(r => r.LocalEndPoint).Distinct().Count());
    }

    [Fact]
    public async Task Stopped_it_ends_at_once()
    {
        using UdpDouble server = UdpDouble.Silent();
        using CancellationTokenSource stop = new();
        using UdpExchanger exchanger = new(Options(server) with { Timeout = TimeSpan.FromHours(1) }, [IPAddress.Loopback], null, stop.Token);
        Task waiting = Task.Run(() => exchanger.Exchange("x", "x"u8, _ => { }));
        await Eventually.TrueAsync(() => server.Requests.Length == 1, "it waits");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Eventually.Limit));
    }

    [Fact]
    public void What_no_datagram_carries_is_an_error_that_tells_the_limit()
    {
        using UdpDouble server = UdpDouble.Echo();
        using UdpExchanger exchanger = Start(Options(server));
        Assert.Equal(65507, Replies(exchanger, new byte[65507])[0].Reply!.Length);
        NetException e = Assert.Throws<NetException>(() => exchanger.Exchange(null, new byte[65508], _ => { }));
        Assert.Equal(NetError.DatagramTooLarge, e.Error);
        Assert.Contains("65507", e.Message, StringComparison.Ordinal);
        Assert.Equal("x", Replies(exchanger, "x"u8.ToArray())[0].Text);
        Assert.Empty(Replies(exchanger, [])[0].Reply!);
    }

    [Fact]
    public void An_exchange_allocates_its_result_and_nothing_else()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        using UdpDouble server = UdpDouble.Echo();
        using UdpExchanger exchanger = Start(Options(server));
        byte[] message = new byte[64];
        long size = 0;
        Action<UdpExchangeResult> take = r => size += r.Reply!.Length;
        long least = long.MaxValue;
        // Code that the quick compiler made allocates more than the same code once it is optimized, which a busy machine comes to late.
        for (long start = Stopwatch.GetTimestamp(); least > 250 && Stopwatch.GetElapsedTime(start) < Eventually.Limit;)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                exchanger.Exchange(message, message, take);
            }
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / 1000);
        }
        // The result with its fields, and 64 bytes in an array.
        Assert.InRange(least, 1, 250);
    }

    [Fact]
    public void Waits_double_within_their_chance_and_end_with_the_time() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.Int[0, 8], Gen.Double[0, 1].Array[9]).Sample((milliseconds, retries, chances) =>
        {
            TimeSpan total = TimeSpan.FromMilliseconds(milliseconds), end = TimeSpan.Zero;
            double unit = total.TotalMilliseconds / (Math.Pow(2, retries + 1) - 1);
            for (int attempt = 1; attempt <= retries + 1; attempt++)
            {
                TimeSpan next = UdpRetrySchedule.WaitUntil(total, retries, attempt, end, chances[attempt - 1]);
                double wait = (next - end).TotalMilliseconds, expected = unit * Math.Pow(2, attempt - 1);
                Assert.True(wait > 0);
                if (attempt <= retries)
                {
                    Assert.InRange(wait, (.9 * expected) - .001, (1.1 * expected) + .001);
                }
                end = next;
            }
            Assert.Equal(total, end);
        });

    private static UdpExchangeOptions Options(UdpDouble server) => new() { ComputerName = "127.0.0.1", Port = server.Port, Timeout = TimeSpan.FromSeconds(30) };

    private static UdpExchanger Start(UdpExchangeOptions options) => new(options, [IPAddress.Loopback], null, CancellationToken.None);

    private static UdpExchangeResult[] Exchange(UdpExchangeOptions options, int count)
    {
        using UdpExchanger exchanger = Start(options);
        List<UdpExchangeResult> results = [];
        for (int i = 0; i < count; i++)
        {
            exchanger.Exchange(i, Encoding.UTF8.GetBytes($"{i}"), results.Add);
        }
        return [.. results];
    }

    private static List<UdpExchangeResult> Replies(UdpExchanger exchanger, byte[] message)
    {
        List<UdpExchangeResult> results = [];
        exchanger.Exchange(message, message, results.Add);
        return results;
    }
}
