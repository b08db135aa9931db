using System.Buffers;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>A server of messages for each frame format, with short limits.</summary>
internal sealed class FrameDoor : IDoor
{
    private const int Maximum = 4096;

    private static readonly byte[] Payload = "message"u8.ToArray();

    private readonly List<(FrameFormat Format, TcpServer Server, byte[] Valid)> _servers = [];

    public string Name => "frames";

    public Task StartAsync(CancellationToken stop)
    {
        foreach (string text in HostileBytes.FrameFormats)
        {
            FrameFormat format = FrameFormat.Parse(text).WithMaximum(Maximum);
            ArrayBufferWriter<byte> valid = new();
            try
            {
                format.Encode(null, Payload, valid);
            }
            catch (NetException)
            {
                // A format that strips what a sender would have to know can only be read.
                continue;
            }
            _servers.Add((format, TcpServer.Start("Message", new TcpServerOptions(), new MessageProtocol(format, new SameHandler(), (_, payload) => payload)), valid.WrittenSpan.ToArray()));
        }
        return Task.CompletedTask;
    }

    public async Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        foreach ((_, TcpServer server, byte[] valid) in _servers)
        {
            byte[] bytes = round.Random.Next(4) switch
            {
                0 => hostile.Noise(),
                1 => [.. valid, .. hostile.Mutate(valid), .. valid],
                2 => hostile.Mutate([.. Enumerable.Repeat(valid, round.Random.Next(1, 20)).SelectMany(v => v)]),
                _ => hostile.Mutate(valid),
            };
            await Stranger.TellAsync(server.LocalEndPoint, bytes, round.Random, round.Stop);
            tried.Add(bytes.Length);
        }
    }

    public async Task ServeAsync(Round round)
    {
        foreach ((FrameFormat format, TcpServer server, byte[] valid) in _servers)
        {
            using TcpSession session = await TcpSession.ConnectAsync(new TcpConnectOptions { ComputerName = "127.0.0.1", Port = server.Port }, round.Stop);
            await session.SendAsync(valid, TimeSpan.FromSeconds(30), round.Stop);
            Received answer = await session.ReceiveAsync(new ReceiveRequest { Format = format }, round.Stop);
            SoakException.Require(answer.EndReason == ReceiveEndReason.Complete && answer.Data.AsSpan().SequenceEqual(Payload), $"{format}: an honest message was answered with {answer.EndReason}, {answer.Data.Length} bytes.");
        }
    }

    public async Task SettleAsync(CancellationToken stop)
    {
        foreach ((_, TcpServer server, _) in _servers)
        {
            await server.SettleAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, TcpServer server, _) in _servers)
        {
            await server.EndAsync();
        }
    }
}

/// <summary>Answers a message with itself.</summary>
internal sealed class SameHandler : IMessageHandler
{
    public void Handle(MessageWork work) => ThreadPool.UnsafeQueueUserWorkItem(static work =>
    {
        if (work.Take() is byte[] message)
        {
            work.Complete([new FrameContent(null, message)]);
        }
    }, work, preferLocal: false);

    public void Stop()
    {
    }
}
