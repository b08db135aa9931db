using System.Net.Sockets;
using CsCheck;

namespace PSNetConcurrency.Core.Tests.Net.Faults;

public class FaultPropertyTests
{
    private static readonly Gen<int[]> Chunking = Gen.Int[1, 5000].Array[1, 8];

    // No cuts: whatever comes in comes out.
    private static readonly Gen<NetFault> Harmless = Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 3], Gen.OneOf(Gen.Const(0), Gen.Int[200, 4000]), Gen.OneOf(Gen.Const(0), Gen.Int[1, 4000]),
        Gen.OneOf(Gen.Const(0d), Gen.Const(0.0001), Gen.Const(0.01), Gen.Const(1d)), Gen.OneOf(Gen.Const(0L), Gen.Long[5_000_000, 100_000_000]), Gen.Enum<FaultDirection>())
        .Select((latency, jitter, slice, coalesce, rate, bandwidth, direction) => new NetFault
        {
            LatencyMilliseconds = latency,
            JitterMilliseconds = jitter,
            SliceSize = slice == 0 ? null : slice,
            CoalesceBytes = coalesce == 0 ? null : coalesce,
            CoalesceMilliseconds = coalesce == 0 ? null : 2,
            CorruptRate = rate,
            BandwidthBytesPerSecond = bandwidth == 0 ? null : bandwidth,
            Direction = direction,
        });

    public static TheoryData<LoopKind> Loops => new(LoopKind.Native, LoopKind.Completion);

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task What_comes_out_is_what_went_in_but_for_the_corrupted_bytes(LoopKind loop) =>
        await Gen.Select(Harmless, Gen.Int[0, 60_000], Chunking, Gen.Int).SampleAsync(async (fault, size, chunks, seed) =>
        {
            await using ProxyRig rig = new(fault, loop, seed);
            (Socket client, Socket server) = await rig.ConnectAsync();
            byte[] sent = ProxyRig.Bytes(size), answer = ProxyRig.Bytes(size / 2, 9);
            Task<byte[]> atServer = rig.ReceiveAsync(server), atClient = rig.ReceiveAsync(client);
            await Task.WhenAll(SendAndEnd(rig, client, sent, chunks), SendAndEnd(rig, server, answer, chunks));
            Corrupt(rig, FaultDirection.ClientToServer, sent);
            Corrupt(rig, FaultDirection.ServerToClient, answer);
            Assert.Equal(sent, await atServer);
            Assert.Equal(answer, await atClient);
        }, iter: 60, threads: 1);

    [Fact]
    public async Task The_same_seed_corrupts_the_same_bytes_whatever_the_chunking() =>
        await Gen.Select(Gen.Int[1, 60_000], Chunking, Chunking, Gen.Long, Gen.Double[0.001, 0.02], Harmless).SampleAsync(async (size, first, second, seed, rate, other) =>
        {
            CorruptedByte[] a = await RunAsync(new NetFault { CorruptRate = rate }, first), b = await RunAsync(other with { CorruptRate = rate, Direction = FaultDirection.Both }, second);
            Assert.Equal(a, b);

            async Task<CorruptedByte[]> RunAsync(NetFault fault, int[] chunks)
            {
                await using ProxyRig rig = new(fault, seed: seed);
                (Socket client, Socket server) = await rig.ConnectAsync();
                Task<byte[]> received = rig.ReceiveAsync(server, size);
                await rig.SendAsync(client, ProxyRig.Bytes(size), chunks);
                await received;
                return [.. rig.Statistic.Corrupted.Where(c => c.Direction == FaultDirection.ClientToServer)];
            }
        }, iter: 30, threads: 1);

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_direction_ends_after_exactly_so_many_bytes(LoopKind loop) =>
        await Gen.Select(Gen.Int[0, 300_000], Gen.Int[0, 50_000], Chunking, Harmless).SampleAsync(async (cut, more, chunks, fault) =>
        {
            await using ProxyRig rig = new(Quick(fault) with { CloseAfterBytes = cut, Direction = FaultDirection.ServerToClient }, loop);
            (Socket client, Socket server) = await rig.ConnectAsync();
            byte[] sent = ProxyRig.Bytes(cut + more);
            Task<byte[]> received = rig.ReceiveAsync(client);
            await rig.SendAsync(server, sent, [10 * chunks[0]]);
            Assert.Equal(sent[..cut], await received);
            // The other direction is still there.
            await rig.SendAsync(client, [1, 2, 3]);
            Assert.Equal([1, 2, 3], await rig.ReceiveAsync(server, 3));
            client.Dispose();
            Assert.Empty(await rig.ReceiveAsync(server));
            Assert.Equal(1, rig.Statistic.CloseCount);
        }, iter: 30, threads: 1);

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_connection_is_reset_after_exactly_so_many_bytes(LoopKind loop) =>
        await Gen.Select(Gen.Int[0, 3_000_000], Gen.Int[0, 50_000], Gen.Int[1, 100_000], Harmless).SampleAsync(async (cut, more, chunk, fault) =>
        {
            await using ProxyRig rig = new(Quick(fault) with { ResetAfterBytes = cut, Direction = FaultDirection.ServerToClient }, loop);
            (Socket client, Socket server) = await rig.ConnectAsync();
            byte[] sent = ProxyRig.Bytes(cut + more);
            Task<byte[]> received = rig.ReceiveUntilResetAsync(client);
            try
            {
                await rig.SendAsync(server, sent, [chunk]);
            }
            catch (SocketException) when (more > 0 || cut == 0)
            {
                // The sender is reset too, perhaps before it has sent what is over.
            }
            Assert.Equal(sent[..cut], await received);
            Assert.Equal(1, rig.Statistic.ResetCount);
            Assert.True(await rig.AllGoneAsync());
        }, iter: 30, threads: 1);

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_stalled_direction_delivers_exactly_so_many_bytes_and_the_rest_when_it_is_over(LoopKind loop) =>
        await Gen.Select(Gen.Int[0, 100_000], Gen.Int[1, 50_000], Chunking, Harmless).SampleAsync(async (cut, more, chunks, fault) =>
        {
            await using ProxyRig rig = new(Quick(fault) with { StallAfterBytes = cut, Direction = FaultDirection.ClientToServer }, loop);
            (Socket client, Socket server) = await rig.ConnectAsync();
            byte[] sent = ProxyRig.Bytes(cut + more);
            await SendAndEnd(rig, client, sent, [10 * chunks[0]]);
            Assert.Equal(sent[..cut], await rig.ReceiveAsync(server, cut));
            // The other direction goes on, and so the connection has had every chance to deliver more, or its end.
            await rig.SendAsync(server, sent);
            Assert.Equal(sent, await rig.ReceiveAsync(client, sent.Length));
            Assert.Equal(0, server.Available);
            Assert.Equal((cut, 1), (rig.Statistic.ClientToServerBytes, rig.Statistic.StallCount));
            await rig.Proxy.ChangeAsync(_ => NetFault.None);
            Assert.Equal(sent[cut..], await rig.ReceiveAsync(server));
        }, iter: 30, threads: 1);

    // Large amounts in small slices test the patience only.
    private static NetFault Quick(NetFault fault) => fault with { CorruptRate = 0, SliceSize = fault.SliceSize * 20, BandwidthBytesPerSecond = null };

    private static async Task SendAndEnd(ProxyRig rig, Socket socket, byte[] data, int[] chunks)
    {
        await rig.SendAsync(socket, data, chunks);
        socket.Shutdown(SocketShutdown.Send);
    }

    // The statistic names the first 1024 only; the rest is drawn again, as the proxy drew it.
    private static void Corrupt(ProxyRig rig, FaultDirection direction, byte[] data)
    {
        Core.Net.Faults.Corruptor again = new(Core.Net.Faults.FaultSeed.For(rig.Proxy.Seed, 1, direction, 0));
        again.SetRate(rig.Proxy.Fault.For(direction).CorruptRate, 0);
        while (again.Next < data.Length)
        {
            long at = again.Next;
            data[at] ^= again.Take();
        }
    }
}
