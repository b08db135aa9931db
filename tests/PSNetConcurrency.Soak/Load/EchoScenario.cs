using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Soak.Load;

/// <summary>
/// An echo server, with TLS or without: many connections at full load, and connections through bad networks. What comes back is
/// compared byte by byte with what was sent, changed where the proxy says that it changed it.
/// </summary>
internal sealed class EchoScenario(bool tls) : IScenario
{
    private readonly X509Certificate2? _certificate = tls ? ServerCertificate.CreateSelfSigned() : null;
    private TcpServer? _server;

    public string Name => tls ? "echo-tls" : "echo";

    public int Workers => 1;

    private TcpServer Server => _server!;

    private CertificatePin? Pin => _certificate is null ? null : new CertificatePin(ServerCertificate.Thumbprint(_certificate), SkipCheck: false, "127.0.0.1");

    public Task StartAsync(CancellationToken stop)
    {
        _server = TcpServer.Start("Echo", new TcpServerOptions { Certificate = _certificate }, new EchoProtocol());
        return Task.CompletedTask;
    }

    public Task RoundAsync(Round round) => round.Number % 3 == 0 ? LoadAsync(round) : DisturbAsync(round);

    public async Task SettleAsync(CancellationToken stop) => await Server.SettleAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.EndAsync();
        _certificate?.Dispose();
    }

    private async Task LoadAsync(Round round)
    {
        TcpEchoResult result = await EchoLoad.RunAsync(new EchoLoadOptions
        {
            ComputerName = "127.0.0.1",
            Port = Server.Port,
            Connections = round.Random.Next(1, tls ? 8 : 64),
            Size = 1 << round.Random.Next(0, 15),
            Depth = round.Random.Next(1, 8),
            Duration = TimeSpan.FromMilliseconds(200),
            Tls = Pin,
        }, cancellationToken: round.Stop);
        SoakException.Require(result.Mismatches == 0, $"Wrong bytes came back on {result.Mismatches} connections.");
        SoakException.Require(result.Errors == 0, $"{result.Errors} connections failed: {result.FirstError}");
        round.Figures.Add("load", Name, "messages", result.Exchanges);
        round.Figures.Add("load", Name, "bytes checked", result.Exchanges * result.Size);
    }

    private async Task DisturbAsync(Round round)
    {
        byte[] sent = round.Bytes(round.Random.Next(1, 200_000));
        NetFault fault = StreamFaults.Draw(round.Random, sent.Length, corrupts: true);
        FaultProxyListener proxy = Listeners.Proxy(Server.Port, fault, round);
        try
        {
            (byte[] received, bool complete) = await EchoAsync(proxy.Port, sent, fault.Patience(), round.Stop);
            Check(sent, received, complete, fault, proxy.FaultStatistic);
            round.Figures.Add("load", Name, "messages");
            round.Figures.Add("load", Name, "bytes checked", received.Length);
        }
        finally
        {
            await proxy.EndAsync();
        }
        StreamFaults.Count(round.Figures, proxy.FaultStatistic);
    }

    // What came back, and whether it ended in order.
    private async Task<(byte[] Received, bool Complete)> EchoAsync(int port, byte[] sent, TimeSpan patience, CancellationToken stop)
    {
        TcpSession? session = null;
        try
        {
            session = await TcpSession.ConnectAsync(new TcpConnectOptions { ComputerName = "127.0.0.1", Port = port, Tls = Pin, Timeout = patience }, stop);
            await session.SendAsync(sent, patience, stop, receiveMeanwhile: sent.Length);
            await session.ShutdownSendAsync(patience, stop);
            Received received = await session.ReceiveAsync(new ReceiveRequest { UntilClosed = true, Timeout = patience }, stop);
            return (received.Data, received.EndReason == ReceiveEndReason.Complete);
        }
        catch (NetException e)
        {
            return (e.Received, false);
        }
        finally
        {
            session?.Dispose();
        }
    }

    private void Check(byte[] sent, byte[] received, bool complete, NetFault fault, FaultStatistic done)
    {
        SoakException.Require(received.Length <= sent.Length, $"{received.Length} bytes came back of {sent.Length}.");
        byte[] expected = [.. sent];
        if (!tls)
        {
            foreach (CorruptedByte changed in done.Corrupted.Where(c => c.Offset < expected.Length))
            {
                expected[changed.Offset] ^= changed.Mask;
            }
        }
        int wrong = received.AsSpan().CommonPrefixLength(expected);
        SoakException.Require(wrong == received.Length, $"Byte {wrong} of {received.Length} is not what was sent.");
        if (!fault.Cuts() && (!tls || done.CorruptedCount == 0))
        {
            SoakException.Require(complete && received.Length == sent.Length, $"Nothing cut the connection, and {received.Length} of {sent.Length} bytes came back; faults: {fault}.");
        }
        if (!tls && complete)
        {
            // Of a stream that ended in order all has arrived that the proxy says it delivered.
            SoakException.Require(received.Length == done.ServerToClientBytes, $"{done.ServerToClientBytes} bytes were delivered, and {received.Length} came.");
        }
    }
}
