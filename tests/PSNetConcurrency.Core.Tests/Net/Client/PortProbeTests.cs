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

    [Fact]
    public async Task A_name_that_is_not_resolved_is_no_closed_port()
    {
        (TcpPortWaitResult result, bool reached) = await PortProbe.WaitAsync("no-such-host.invalid", 9, open: false, TimeSpan.FromMilliseconds(50), default);
        Assert.False(reached);
        Assert.Equal(TcpPortState.NameNotResolved, result.State);
    }

    [Fact]
    public async Task A_silence_that_was_cut_short_is_no_closed_port()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Others answer a full queue of connections with a reset.
            return;
        }
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        IPEndPoint there = (IPEndPoint)listener.LocalEndPoint!;
        List<Socket> waiting = [];
        try
        {
            // Until the queue is full and the system drops what comes, as a far or busy host seems to.
            Task connecting;
            do
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                waiting.Add(socket);
                connecting = socket.ConnectAsync(there);
                await Task.WhenAny(connecting, Task.Delay(200));
            }
            while (connecting.IsCompleted && waiting.Count < 20);
            Assert.False(connecting.IsCompleted);
            (TcpPortWaitResult result, bool reached) = await PortProbe.WaitAsync("127.0.0.1", there.Port, open: false, TimeSpan.FromMilliseconds(100), default);
            Assert.Equal(TcpPortState.TimedOut, result.State);
            Assert.False(reached);
        }
        finally
        {
            waiting.ForEach(s => s.Dispose());
        }
    }
}
