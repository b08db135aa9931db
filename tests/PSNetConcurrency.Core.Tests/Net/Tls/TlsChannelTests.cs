using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Tests.Net.Tls;

public class TlsChannelTests
{
    [Fact]
    public async Task A_handler_that_closed_gets_nothing_more_although_records_came_together()
    {
        CloseAtFirst protocol = new();
        using X509Certificate2 certificate = ServerCertificate.CreateSelfSigned();
        using TcpServer server = TcpServer.Start("Close", new TcpServerOptions { Certificate = certificate }, protocol);
        TcpEchoResult result = await EchoLoad.RunAsync(new EchoLoadOptions
        {
            ComputerName = server.ComputerName,
            Port = server.Port,
            Connections = 4,
            Size = 500_000,
            Count = 100,
            Duration = null,
            Tls = new CertificatePin(null, true, "localhost"),
        }).WaitAsync(Eventually.Limit);
        Assert.Equal(4, result.Errors);
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
        Assert.Equal((4, 0), (protocol.Closed, protocol.Late));
    }

    private sealed class CloseAtFirst : ServerProtocol
    {
        public int Closed { get; private set; }

        public int Late { get; private set; }

        public override void OnData(NetClient client, ReadOnlySpan<byte> data)
        {
            if (client.ProtocolState is not null)
            {
                Late++;
                return;
            }
            client.ProtocolState = this;
            Closed++;
            client.Channel.Close(linger: true);
        }
    }
}
