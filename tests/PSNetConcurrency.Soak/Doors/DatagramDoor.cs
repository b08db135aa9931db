using System.Net;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Tests;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>UDP servers: the simple services, one with a handler that has little room, and one behind a fault proxy that knows few clients.</summary>
internal sealed class DatagramDoor : IDoor
{
    private readonly List<UdpServer> _servers = [];
    private UdpFaultProxyListener? _proxy;

    public string Name => "datagrams";

    public Task StartAsync(CancellationToken stop)
    {
        UdpServer echo = UdpServer.Start("UdpEcho", new UdpServerOptions(), new EchoService());
        _proxy = UdpFaultProxyListener.Start(new UdpServerOptions(), new UdpFaultProxyService("127.0.0.1", echo.Port, [IPAddress.Loopback], NetFault.None, 1) { MaximumClient = 20, IdleTimeout = TimeSpan.FromSeconds(0.5) });
        _servers.AddRange(
        [
            echo,
            UdpServer.Start("UdpMessage", new UdpServerOptions(), new DatagramMessageService(new SameHandler(), d => d, new DatagramMessageOptions { MaximumPending = 16, MaximumMessageBytes = 10_000 })),
            UdpServer.Start("Chargen", new UdpServerOptions(), new ChargenService()),
            UdpServer.Start("Daytime", new UdpServerOptions(), new DaytimeService(TimeProvider.System)),
            UdpServer.Start("Discard", new UdpServerOptions(), new DiscardService()),
            _proxy,
        ]);
        return Task.CompletedTask;
    }

    public Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        foreach (UdpServer server in _servers)
        {
            byte[][] datagrams = [.. Enumerable.Range(0, 30).Select(_ => round.Random.Next(10) switch
            {
                0 => [],
                1 => round.Bytes(round.Random.Next(60_000)),
                _ => hostile.Noise(),
            })];
            Stranger.Throw(server.LocalEndPoint, datagrams);
            Array.ForEach(datagrams, d => tried.Add(d.Length));
        }
        return Task.CompletedTask;
    }

    public async Task ServeAsync(Round round)
    {
        byte[] message = round.Bytes(100);
        await AskAsync(_servers[0], a => a.AsSpan().SequenceEqual(message));
        await AskAsync(_servers[1], a => a.AsSpan().SequenceEqual(message));
        await AskAsync(_servers[2], a => a.Length <= ChargenService.MaximumLength);
        await AskAsync(_proxy!, a => a.AsSpan().SequenceEqual(message));

        async Task AskAsync(UdpServer server, Func<byte[], bool> isAnswer)
        {
            try
            {
                await Stranger.AskAsync(server.LocalEndPoint, message, isAnswer, round.Stop);
            }
            catch (SoakException e)
            {
                string last = string.Join("\n  ", server.Events.Snapshot().TakeLast(5).Select(x => $"{x.Time:O} {x.Type} {x.Client} {(x.Error ?? x.Message as object)}"));
                throw new SoakException($"{server}: {e.Message} {server.State}, {server.MessageCount} datagrams, {server.RefusedCount} refused, {server.ActiveConnection} clients, {server.ErrorCount} errors:\n  {last}");
            }
        }
    }

    public async Task SettleAsync(CancellationToken stop)
    {
        foreach (UdpServer server in _servers)
        {
            await server.SettleAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (UdpServer server in _servers)
        {
            await server.EndAsync();
        }
    }
}
