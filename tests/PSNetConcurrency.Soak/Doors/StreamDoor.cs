using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Net.Tls;
using PSNetConcurrency.Core.Tests;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>An echo server behind TLS, or behind a fault proxy: what comes is no handshake, or for nobody.</summary>
internal sealed class StreamDoor(string name, bool tls, bool proxied) : IDoor
{
    // The beginning of a ClientHello: a record of version 3.1 with a handshake message.
    private static readonly byte[] Hello = [0x16, 3, 1, 0, 0x2f, 1, 0, 0, 0x2b, 3, 3, .. new byte[32], 0, 0, 4, 0x13, 1, 0, 0xff, 1, 0];

    private readonly X509Certificate2? _certificate = tls ? ServerCertificate.CreateSelfSigned() : null;
    private TcpServer? _server;
    private NetListener? _door;

    public string Name => name;

    private NetListener Door => _door!;

    public Task StartAsync(CancellationToken stop)
    {
        _server = TcpServer.Start("Echo", new TcpServerOptions { Certificate = _certificate }, new EchoProtocol());
        _door = !proxied ? _server : FaultProxyListener.Start(new TcpServerOptions(), new Core.Net.Faults.FaultProxyProtocol("127.0.0.1", _server.Port, [System.Net.IPAddress.Loopback], NetFault.None, 1));
        return Task.CompletedTask;
    }

    public async Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        for (int i = 0; i < 10; i++)
        {
            byte[] bytes = round.Random.Next(2) == 0 ? hostile.Noise() : hostile.Mutate(Hello);
            await Stranger.TellAsync(Door.LocalEndPoint, bytes, round.Random, round.Stop);
            tried.Add(bytes.Length);
        }
    }

    public async Task ServeAsync(Round round)
    {
        CertificatePin? pin = _certificate is null ? null : new CertificatePin(ServerCertificate.Thumbprint(_certificate), SkipCheck: false, "127.0.0.1");
        using TcpSession session = await TcpSession.ConnectAsync(new TcpConnectOptions { ComputerName = "127.0.0.1", Port = Door.Port, Tls = pin, Timeout = TimeSpan.FromSeconds(60) }, round.Stop);
        byte[] message = round.Bytes(1000);
        await session.SendAsync(message, TimeSpan.FromSeconds(30), round.Stop);
        Received answer = await session.ReceiveAsync(new ReceiveRequest { Count = message.Length }, round.Stop);
        SoakException.Require(answer.Data.AsSpan().SequenceEqual(message), $"An honest client got {answer.EndReason}, {answer.Data.Length} bytes.");
    }

    public async Task SettleAsync(CancellationToken stop)
    {
        await Door.SettleAsync();
        await _server!.SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Door.EndAsync();
        await _server!.EndAsync();
        _certificate?.Dispose();
    }
}
