using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.TestDoubles;

namespace PSNetConcurrency.Core.Tests.Net.Measure;

public class UdpLinkTests
{
    [Fact]
    public async Task A_good_link_loses_nothing()
    {
        using UdpDouble server = UdpDouble.Echo();
        UdpLinkResult result = await MeasureAsync(server, o => o with { PayloadSize = 1400, Detailed = true });
        Assert.Equal((UdpLinkStatus.Completed, 60, 60, 0, 0, 0), (result.Status, result.Sent, result.Received, result.Duplicate, result.Reordered, result.Corrupted));
        Assert.Equal(0, result.LossPercent);
        Assert.All(server.Requests, r => Assert.Equal(1400, r.Data.Length));
        Assert.True(result.LatencyMinimum <= result.LatencyP50 && result.LatencyP50 <= result.LatencyP99 && result.LatencyP99 <= result.LatencyMaximum);
        Assert.InRange(result.LatencyAverage!.Value, result.LatencyMinimum!.Value, result.LatencyMaximum!.Value);
        Assert.Equal(Enumerable.Range(0, 60), result.Datagram!.Select(d => d.Sequence));
        Assert.Equal(Enumerable.Range(0, 60), result.Datagram!.Select(d => d.ReceivedAs!.Value));
        Assert.True(result.Datagram!.Zip(result.Datagram!.Skip(1)).All(p => p.First.SentAfter < p.Second.SentAfter));
    }

    [Fact]
    public async Task Loss_is_counted_and_named()
    {
        using UdpDouble server = UdpDouble.Answering(i => i % 3 != 0);
        UdpLinkResult result = await MeasureAsync(server, o => o with { Detailed = true, Timeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal((60, 40, 20), (result.Sent, result.Received, result.Lost));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => 3 * i), result.Datagram!.Where(d => d.IsLost).Select(d => d.Sequence));
    }

    [Fact]
    public async Task Copies_are_counted_apart()
    {
        using UdpDouble server = UdpDouble.Duplicating(3);
        UdpLinkResult result = await MeasureAsync(server, o => o with { Detailed = true });
        Assert.Equal((60, 120, 0), (result.Received, result.Duplicate, result.Reordered));
        Assert.All(result.Datagram!, d => Assert.Equal(2, d.Duplicate));
    }

    [Fact]
    public async Task Those_that_come_after_a_later_one_are_reordered()
    {
        using UdpDouble server = UdpDouble.Reordering(4);
        UdpLinkResult result = await MeasureAsync(server, o => o with { Detailed = true });
        Assert.Equal((60, 0, 15), (result.Received, result.Duplicate, result.Reordered));
        Assert.Equal(Enumerable.Range(0, 15).Select(i => 4 * i), result.Datagram!.Where(d => d.IsReordered).Select(d => d.Sequence));
    }

    [Fact]
    public async Task Changed_ones_count_as_corrupted_and_lost_and_those_of_others_not_at_all()
    {
        byte[] other = new byte[64];
        UdpLinkPayload.Prepare(other, 1);
        UdpLinkPayload.Write(other, 3, 5);
        using UdpDouble server = new((d, r) =>
        {
            d.SendForeign(r.Data, r.From);
            d.Send(other, r);
            if (r.Index % 10 == 0)
            {
                r.Data[r.Index % r.Data.Length] ^= 1;
            }
            else if (r.Index % 10 == 1)
            {
                d.Send(r.Data[..20], r);
                return;
            }
            d.Send(r.Data, r);
        });
        UdpLinkResult result = await MeasureAsync(server, o => o with { Timeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal((60, 48, 12, 12, 0), (result.Sent, result.Received, result.Lost, result.Corrupted, result.Duplicate));
    }

    [Fact]
    public async Task Silence_and_a_closed_port_are_told_apart()
    {
        using UdpDouble server = UdpDouble.Silent();
        UdpLinkResult silent = await MeasureAsync(server, o => o with { Count = 3, Timeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal((UdpLinkStatus.NoReply, 3, 100d), (silent.Status, silent.Sent, silent.LossPercent));
        Assert.Null(silent.LatencyP99);
        int closed = PortFinder.Find(ProtocolType.Udp, 1, null, null)[0];
        UdpLinkResult refused = await MeasureAsync(server, o => o with { Port = closed, Count = 100_000, Timeout = TimeSpan.FromHours(1) });
        Assert.Equal(UdpLinkStatus.Refused, refused.Status);
        Assert.InRange(refused.Sent, 0, 10_000);
    }

    [Fact]
    public async Task Stopped_it_gives_up_at_once()
    {
        using UdpDouble server = UdpDouble.Silent();
        using CancellationTokenSource stop = new();
        Task measuring = MeasureAsync(server, o => o with { Count = 2, Interval = TimeSpan.FromHours(1), Timeout = TimeSpan.FromHours(1) }, stop.Token);
        await Eventually.TrueAsync(() => server.Requests.Length == 1, "it has begun");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => measuring.WaitAsync(Eventually.Limit));
    }

    private static Task<UdpLinkResult> MeasureAsync(UdpDouble server, Func<UdpLinkOptions, UdpLinkOptions> with, CancellationToken stop = default) => UdpLink.MeasureAsync(
        with(new UdpLinkOptions { ComputerName = "127.0.0.1", Port = server.Port, Count = 60, Interval = TimeSpan.FromMilliseconds(.5), Timeout = TimeSpan.FromSeconds(10) }), null, stop);
}
