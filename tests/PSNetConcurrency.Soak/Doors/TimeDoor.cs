using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>Time servers of all three protocols, and a client that a server lies to.</summary>
internal sealed class TimeDoor : IDoor
{
    private readonly List<NetListener> _servers = [];

    public string Name => "time";

    public Task StartAsync(CancellationToken stop)
    {
        foreach (TimeServiceKind kind in Enum.GetValues<TimeServiceKind>())
        {
            _servers.AddRange(TimeServers.Start(kind, new TimeServerOptions(), new UdpServerOptions(), new TcpServerOptions()));
        }
        return Task.CompletedTask;
    }

    public async Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        byte[] request = new byte[NtpPacket.Length];
        new NtpPacket { Version = 4, Mode = NtpPacket.Client, Transmit = new NtpTimestamp(0x0102030405060708) }.Write(request);
        foreach (NetListener server in _servers)
        {
            byte[][] all = [.. Enumerable.Range(0, server.Transport == NetTransport.Udp ? 50 : 3).Select(_ => round.Random.Next(3) == 0 ? hostile.Noise() : hostile.Mutate(request))];
            if (server.Transport == NetTransport.Udp)
            {
                Stranger.Throw(server.LocalEndPoint, all);
            }
            else
            {
                foreach (byte[] bytes in all)
                {
                    await Stranger.TellAsync(server.LocalEndPoint, bytes, round.Random, round.Stop);
                }
            }
            Array.ForEach(all, b => tried.Add(b.Length));
        }
        await LieAsync(round, hostile, tried);
    }

    public async Task ServeAsync(Round round)
    {
        foreach (NetListener server in _servers)
        {
            NetworkTime time = await NetworkTimeClient.QueryAsync(Query(server.Port) with { Protocol = server is UdpTimeListener udp ? udp.Protocol : ((TcpTimeListener)server).Protocol, Transport = server.Transport, Count = 3 }, round.Stop);
            SoakException.Require(time.IsUsable, $"{server} tells no time any more: {string.Join(' ', time.Problem)}");
        }
    }

    public async Task SettleAsync(CancellationToken stop)
    {
        foreach (NetListener server in _servers)
        {
            await server.SettleAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NetListener server in _servers)
        {
            await server.EndAsync();
        }
    }

    private static TimeQuery Query(int port) => new() { Server = "127.0.0.1", Port = port, Timeout = TimeSpan.FromSeconds(30), Interval = TimeQuery.LoopbackInterval };

    // A client that asks a liar has a problem, or a time with an interval: it never throws, and never takes what does not answer it.
    private static async Task LieAsync(Round round, HostileBytes hostile, Tried tried)
    {
        using Socket liar = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        liar.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(round.Stop);
        Task lying = AnswerAsync();
        NetworkTime time = await NetworkTimeClient.QueryAsync(Query(((IPEndPoint)liar.LocalEndPoint!).Port) with { Count = 5, Timeout = TimeSpan.FromMilliseconds(20) }, round.Stop);
        await over.CancelAsync();
        await lying;
        SoakException.Require(time.IsUsable == (time.Offset is not null && time.Interval is not null), $"A time that is {(time.IsUsable ? "usable" : "not usable")} has the offset {time.Offset}.");

        async Task AnswerAsync()
        {
            byte[] buffer = new byte[1024], answer = new byte[NtpPacket.Length];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult got = await liar.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), over.Token);
                    if (NtpPacket.TryRead(buffer.AsSpan(0, got.ReceivedBytes), out NtpPacket asked))
                    {
                        new NtpPacket { Version = 4, Mode = NtpPacket.Server, Stratum = 2, Precision = -20, ReferenceId = 0xc0000201, Origin = asked.Transmit, Receive = asked.Transmit, Transmit = asked.Transmit }.Write(answer);
                        byte[] lie = hostile.Mutate(answer);
                        tried.Add(lie.Length);
                        await liar.SendToAsync(lie, got.RemoteEndPoint, over.Token);
                    }
                }
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}
