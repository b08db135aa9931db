using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Faults;

public class UdpFaultProxyTests
{
    public static TheoryData<LoopKind> Kinds => new(LoopKind.Native, LoopKind.Completion);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Without_faults_every_size_passes_both_ways_and_answers_find_their_client(LoopKind kind)
    {
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            await using UdpFaultRig rig = new(NetFault.None, kind: kind, address: address, echoes: true);
            Socket[] clients = [rig.Client(), rig.Client(), rig.Client()];
            byte[] got = new byte[65536];
            foreach (int size in new[] { 0, 1, 1472, 65507 })
            {
                foreach (Socket client in clients)
                {
                    byte[] sent = new byte[size];
                    Random.Shared.NextBytes(sent);
                    client.Send(sent);
                    Assert.Equal(sent, got[..await client.ReceiveAsync(got).WaitAsync(Eventually.Limit)]);
                }
            }
            Assert.Equal((12L, 12L, 3L, 3L), (rig.Statistic.ClientToServer.Passed, rig.Statistic.ServerToClient.Passed, rig.Statistic.ClientCount, rig.Proxy.ActiveConnection));
            Assert.Equal((0L, 0L, 0L), (rig.Statistic.Delayed, rig.Statistic.DecisionCount, rig.Statistic.Overflowed));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_arrives_is_what_was_decided_and_the_seed_repeats_it(LoopKind kind)
    {
        NetFault fault = new() { LossRate = 0.2, DuplicateRate = 0.2, CorruptRate = 0.2, TruncateRate = 0.1 };
        DatagramDecision[] first = await RunAsync(7), again = await RunAsync(7), other = await RunAsync(8);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Contains(first, d => d.Client == 2 && d.Direction == FaultDirection.ServerToClient);

        async Task<DatagramDecision[]> RunAsync(long seed)
        {
            await using UdpFaultRig rig = new(fault, seed, kind, echoes: true);
            foreach (int _ in new[] { 1, 2 })
            {
                int before = rig.Received.Length;
                await rig.SendNumbersAsync(rig.Client(), 200, size: 16);
                await rig.SettledAsync();
                List<byte[]> expected = [];
                Dictionary<long, DatagramDecision> decided = rig.Statistic.Decisions
                    .Where(d => d.Client == rig.Statistic.ClientCount && d.Direction == FaultDirection.ClientToServer).ToDictionary(d => d.Number);
                for (int i = 1; i <= 200; i++)
                {
                    byte[] data = [.. BitConverter.GetBytes(i), .. new byte[12]];
                    DatagramDecision decision = decided.GetValueOrDefault(i, new DatagramDecision(0, default, i, DatagramFaults.None, 16, 16, -1));
                    data = data[..decision.PassedLength];
                    if (decision.Bit >= 0)
                    {
                        data[decision.Bit / 8] ^= (byte)(1 << (decision.Bit % 8));
                    }
                    int copies = decision.Faults.HasFlag(DatagramFaults.Lost) ? 0 : decision.Faults.HasFlag(DatagramFaults.Duplicated) ? 2 : 1;
                    expected.AddRange(Enumerable.Repeat(data, copies));
                }
                Assert.Equal(expected, rig.Received[before..]);
            }
            Balanced(rig);
            return rig.Statistic.Decisions.OrderBy(d => d.Client).ThenBy(d => d.Direction).ThenBy(d => d.Number).ToArray();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Reordering_is_what_rfc_4737_counts(int distance)
    {
        await using UdpFaultRig rig = new(new NetFault { ReorderRate = 0.1, ReorderDistance = distance, ReorderMilliseconds = 60_000 }, seed: 3);
        Socket client = rig.Client();
        await rig.SendNumbersAsync(client, 1000);
        int chosen = (int)rig.Statistic.DecisionCount;
        Assert.InRange(chosen, 50, 150);
        // Nobody comes after the last ones, so that these wait.
        await rig.Proxy.ChangeAsync(f => f with { ReorderRate = 0 });
        await rig.SendNumbersAsync(client, distance, from: 1001);
        await rig.SettledAsync();
        int[] order = rig.Numbers;
        Assert.Equal(Enumerable.Range(1, 1000 + distance), order.Order());
        int greatest = 0, reordered = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (order[i] < greatest)
            {
                reordered++;
                Assert.InRange(i - Array.FindIndex(order, n => n > order[i]), distance, distance + DatagramPipe.MaximumHeld);
            }
            greatest = Math.Max(greatest, order[i]);
        }
        Assert.Equal((chosen, chosen), (reordered, (int)rig.Statistic.Reordered));
        Balanced(rig);
    }

    [Fact]
    public async Task One_that_nothing_follows_goes_on_when_its_time_is_over_and_was_not_reordered()
    {
        await using UdpFaultRig rig = new(new NetFault { ReorderRate = 1, ReorderMilliseconds = 20 });
        await rig.SendNumbersAsync(rig.Client(), 5);
        await rig.SettledAsync();
        Assert.Equal([1, 2, 3, 4, 5], rig.Numbers);
        Assert.Equal((0L, 5L), (rig.Statistic.Reordered, rig.Statistic.Delayed));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Jitter_reorders_unless_the_order_is_kept(LoopKind kind)
    {
        foreach (bool keeps in new[] { false, true })
        {
            await using UdpFaultRig rig = new(new NetFault { LatencyMilliseconds = 5, JitterMilliseconds = 50, DuplicateRate = 0.2, KeepOrder = keeps }, kind: kind);
            await rig.SendNumbersAsync(rig.Client(), 200);
            await rig.SettledAsync();
            int[] order = rig.Numbers.Distinct().ToArray();
            Assert.Equal(200, order.Length);
            int greatest = 0, reordered = 0;
            foreach (int number in order)
            {
                reordered += number < greatest ? 1 : 0;
                greatest = Math.Max(greatest, number);
            }
            Assert.Equal(reordered, rig.Statistic.Reordered);
            Assert.Equal(keeps, reordered == 0);
            Assert.Equal(200 + rig.Statistic.Duplicated, rig.Statistic.Delayed);
            Balanced(rig);
        }
    }

    [Fact]
    public async Task Latency_alone_keeps_the_order_and_nothing_comes_early()
    {
        await using UdpFaultRig rig = new(new NetFault { LatencyMilliseconds = 50 }, echoes: true);
        Socket client = rig.Client();
        long start = Environment.TickCount64;
        await rig.SendNumbersAsync(client, 300);
        await rig.SettledAsync();
        Assert.Equal(Enumerable.Range(1, 300), rig.Numbers);
        byte[] got = new byte[16];
        await client.ReceiveAsync(got).WaitAsync(Eventually.Limit);
        Assert.InRange(Environment.TickCount64 - start, 95, long.MaxValue);
        Assert.Equal((0L, 600L), (rig.Statistic.Reordered, rig.Statistic.Delayed));
    }

    [Fact]
    public async Task Faults_are_for_their_direction_only()
    {
        await using UdpFaultRig rig = new(new NetFault { LossRate = 1, Direction = FaultDirection.ServerToClient }, echoes: true);
        await rig.SendNumbersAsync(rig.Client(), 20);
        await rig.SettledAsync();
        Assert.Equal((20L, 0L), (rig.Statistic.ClientToServer.Passed, rig.Statistic.ServerToClient.Passed));
        Assert.Equal((0L, 20L), (rig.Statistic.ClientToServer.Lost, rig.Statistic.ServerToClient.Lost));
    }

    [Fact]
    public async Task Everything_at_once_balances()
    {
        NetFault fault = new()
        {
            LossRate = 0.1,
            LossBurstLength = 3,
            TruncateRate = 0.1,
            CorruptRate = 0.1,
            DuplicateRate = 0.1,
            ReorderRate = 0.1,
            ReorderDistance = 2,
            ReorderMilliseconds = 20,
            LatencyMilliseconds = 2,
            JitterMilliseconds = 3,
            BandwidthBytesPerSecond = 1_000_000,
            QueueBytes = 50_000,
        };
        await using UdpFaultRig rig = new(fault, seed: 11, echoes: true);
        await rig.SendNumbersAsync(rig.Client(), 1000, size: 32);
        await rig.SettledAsync();
        Balanced(rig);
        DatagramFaultCount up = rig.Statistic.ClientToServer;
        Assert.All(new[] { up.Lost, up.Truncated, up.Corrupted, up.Duplicated, up.Reordered }, n => Assert.InRange(n, 1, 1000));
    }

    [Fact]
    public async Task A_slow_link_drops_what_its_queue_does_not_hold()
    {
        // The link takes an hour for the first, which leaves the queue its size exactly.
        await using UdpFaultRig rig = new(new NetFault { BandwidthBytesPerSecond = 1, QueueBytes = 10_000 });
        await rig.SendNumbersAsync(rig.Client(), 30, size: 1000);
        Assert.Equal((20L, 10L, 0L), (rig.Statistic.Overflowed, rig.Statistic.Delayed, rig.Statistic.Passed));
    }

    [Fact]
    public async Task A_flood_takes_its_share_of_memory_and_others_still_pass()
    {
        await using UdpFaultRig rig = new(new NetFault { LatencyMilliseconds = 10_000 });
        Socket flood = rig.Client();
        await rig.SendNumbersAsync(flood, 600, size: 60_000);
        Assert.InRange(rig.Service.WaitingMemory, 1, DelayQueue.MaximumPipeBytes);
        long overflowed = rig.Statistic.Overflowed;
        Assert.InRange(overflowed, 300, 599);
        await rig.SendNumbersAsync(rig.Client(), 1);
        Assert.Equal(overflowed, rig.Statistic.Overflowed);
        // Empty ones are no way around it.
        await rig.Proxy.ChangeAsync(f => f with { DuplicateRate = 1 });
        Socket empty = rig.Client();
        long before = rig.Statistic.Received;
        for (int i = 0; i < 200; i++)
        {
            empty.Send(Array.Empty<byte>());
        }
        await Eventually.TrueAsync(() => rig.Statistic.Received == before + 200, "the empty ones have come");
        Assert.InRange(rig.Service.WaitingMemory, 400 * 128, DelayQueue.MaximumBytes);
    }

    [Fact]
    public async Task Clients_are_bounded_expire_when_idle_and_come_back_as_others()
    {
        await using UdpFaultRig rig = new(new NetFault { CorruptRate = 0.5 }, echoes: true, maximumClient: 2, idleSeconds: 0.1);
        Socket[] clients = [rig.Client(), rig.Client(), rig.Client()];
        foreach (Socket client in clients)
        {
            client.Send([1]);
        }
        await Eventually.TrueAsync(() => rig.Proxy.RefusedCount == 1, "the third is refused");
        AssertSocketsTowards(rig.TargetPort, 2);
        await Eventually.TrueAsync(() => rig.Proxy.ActiveConnection == 0, "all have expired");
        AssertSocketsTowards(rig.TargetPort, 0);
        clients[2].Send([1]);
        await Eventually.TrueAsync(() => rig.Statistic.ClientCount == 3, "there is room again");
        ListenerEventType[] types = rig.Proxy.Events.Snapshot().Select(e => e.Type).ToArray();
        Assert.Equal((1, 3), (types.Count(t => t == ListenerEventType.Refused), types.Count(t => t == ListenerEventType.Connected)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stopping_closes_every_socket_also_with_datagrams_under_way(LoopKind kind)
    {
        UdpFaultRig rig = new(new NetFault { LatencyMilliseconds = 600_000, ReorderRate = 0.5, ReorderMilliseconds = 600_000 }, kind: kind);
        Socket[] clients = Enumerable.Range(0, 20).Select(_ => rig.Client()).ToArray();
        foreach (Socket client in clients)
        {
            client.Send([1, 2, 3]);
        }
        await Eventually.TrueAsync(() => rig.Statistic.Received == 20, "all have come");
        int port = rig.TargetPort, own = rig.Proxy.Port;
        AssertSocketsTowards(port, 20);
        await rig.Proxy.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
        AssertSocketsTowards(port, 0);
        Assert.Equal(0, rig.Proxy.ActiveConnection);
        using Socket again = UdpBinding.Bind(IPAddress.Loopback, own);
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task A_drain_lets_through_what_is_on_its_way()
    {
        await using UdpFaultRig rig = new(new NetFault { LatencyMilliseconds = 100, ReorderRate = 0.3, ReorderMilliseconds = 50 });
        await rig.SendNumbersAsync(rig.Client(), 20);
        await rig.Proxy.StopAsync(TimeSpan.FromMinutes(5)).WaitAsync(Eventually.Limit);
        Assert.Equal(20, rig.Statistic.Passed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_target_that_refuses_is_one_event_and_nothing_is_lost_when_it_is_there_again(LoopKind kind)
    {
        await using UdpFaultRig rig = new(NetFault.None, kind: kind, echoes: true);
        int port = rig.TargetPort;
        rig.Target.Dispose();
        Socket client = rig.Client();
        byte[] got = new byte[16];
        for (int i = 1; i <= 5; i++)
        {
            long failures = rig.Statistic.TargetFailureCount;
            client.Send([1]);
            await Eventually.TrueAsync(() => rig.Statistic.TargetFailureCount > failures, "the refusal has come");
        }
        ListenerEvent told = Assert.Single(rig.Proxy.Events.Snapshot(), e => e.Type == ListenerEventType.Error);
        Assert.Equal(NetError.ConnectionRefused, Assert.IsType<NetException>(told.Error).Error);
        using Socket target = UdpBinding.Bind(IPAddress.Loopback, port);
        client.Send([2]);
        Assert.Equal(1, await target.ReceiveAsync(got).WaitAsync(Eventually.Limit));
        Assert.Equal(2, got[0]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_refusal_that_the_next_send_is_told_of_costs_that_one_nothing(LoopKind kind)
    {
        await using UdpFaultRig rig = new(NetFault.None, kind: kind);
        rig.Target.Dispose();
        Socket client = rig.Client();
        await Loop.LoopPair.RunAsync(rig.Loop, () =>
        {
            // They pile up while the loop is busy: it sends them one after the other, with no time to read the refusal between.
            for (int i = 0; i < 10; i++)
            {
                client.Send([1]);
            }
        });
        await Eventually.TrueAsync(() => rig.Statistic.Passed + rig.Statistic.Failed == 10, "all were tried");
        Assert.Equal((10L, 0L), (rig.Statistic.Passed, rig.Statistic.Failed));
        Assert.Single(rig.Proxy.Events.Snapshot(), e => e.Type == ListenerEventType.Error);
    }

    [Fact]
    public async Task Faults_change_while_it_runs()
    {
        await using UdpFaultRig rig = new(NetFault.None);
        Socket client = rig.Client();
        await rig.SendNumbersAsync(client, 10);
        await rig.Proxy.ChangeAsync(f => f with { LossRate = 1 });
        await rig.SendNumbersAsync(client, 10);
        await rig.Proxy.ChangeAsync(f => f with { LossRate = 0 });
        await rig.SendNumbersAsync(client, 10);
        Assert.Equal((20L, 10L), (rig.Statistic.Passed, rig.Statistic.Lost));
        Assert.Equal(NetError.InvalidArgument, (await Assert.ThrowsAsync<NetException>(() => rig.Proxy.ChangeAsync(f => f with { SliceSize = 1 }))).Error);
        Assert.Equal(NetFault.None, rig.Proxy.Fault);
    }

    private static void Balanced(UdpFaultRig rig) => Assert.All(new[] { rig.Statistic.ClientToServer, rig.Statistic.ServerToClient },
        c => Assert.Equal(c.Received + c.Duplicated, c.Passed + c.Lost + c.Overflowed + c.Failed));

    // As the kernel lists them.
    private static void AssertSocketsTowards(int port, int expected)
    {
        if (OperatingSystem.IsLinux())
        {
            string end = FormattableString.Invariant($":{port:X4}");
            Assert.Equal(expected, File.ReadAllLines("/proc/self/net/udp").Count(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2].EndsWith(end, StringComparison.Ordinal)));
        }
    }
}
