using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Tests.Net.Client;

public sealed class SessionEndTests
{
    [Fact]
    public async Task A_session_over_a_broken_connection_closes_without_a_failure_that_nobody_observes()
    {
        int overlooked = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, e) => overlooked += e.Exception.InnerException is IOException { InnerException: SocketException } ? 1 : 0;
        TaskScheduler.UnobservedTaskException += count;
        try
        {
            for (int i = 0; i < 5; i++)
            {
                await BreakAndCloseAsync();
            }
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(0, overlooked);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= count;
        }
    }

    private static async Task BreakAndCloseAsync()
    {
        using X509Certificate2 certificate = ServerCertificate.CreateSelfSigned();
        using TcpServer server = TcpServer.Start("Discard", new TcpServerOptions { Certificate = certificate }, new DiscardProtocol());
        TcpSession session = await TcpSession.ConnectAsync(new TcpConnectOptions { ComputerName = "127.0.0.1", Port = server.Port, Tls = new CertificatePin(null, true, "localhost") }, default);
        await server.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
        // By who has borrowed the stream, as transfers do: the session itself has seen nothing.
        using (TcpSession.StreamLease lease = session.Lease())
        {
            await Assert.ThrowsAsync<IOException>(async () =>
            {
                while (true)
                {
                    await lease.Stream.WriteAsync(new byte[1]);
                }
            }).WaitAsync(Eventually.Limit);
        }
        session.Dispose();
    }
}
