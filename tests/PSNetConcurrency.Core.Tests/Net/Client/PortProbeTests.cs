using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Tests.Net.Client;

public sealed class PortProbeTests
{
    [Fact]
    public async Task Without_a_limit_it_waits_on_and_with_one_of_nothing_it_tries_once()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        (TcpPortWaitResult result, bool reached) = await PortProbe.WaitAsync("127.0.0.1", port, open: false, TimeSpan.Zero, default);
        Assert.Equal((false, 1), (reached, result.Attempts));
        using (await listener.AcceptTcpClientAsync().WaitAsync(Eventually.Limit))
        {
            Task<(TcpPortWaitResult Result, bool Reached)> wait = PortProbe.WaitAsync("127.0.0.1", port, open: false, null, default);
            using TcpClient tried = await listener.AcceptTcpClientAsync().WaitAsync(Eventually.Limit);
            listener.Stop();
            (result, reached) = await wait.WaitAsync(Eventually.Limit);
        }
        Assert.True(reached);
        Assert.InRange(result.Attempts, 2, int.MaxValue);
    }
}
