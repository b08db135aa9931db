using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Net;

public class DirectSocketTests
{
    private const int LowMark = 256 * 1024;

    // SOL_SOCKET and SO_RCVLOWAT of Linux.
    private const int Level = 1, LowMarkOption = 18;

    [Fact]
    public async Task After_a_wait_for_much_a_single_byte_still_wakes_others()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using TcpClient client = new();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, limit.Token);
        using Socket peer = await listener.AcceptSocketAsync(limit.Token);
        DirectSocket direct = DirectSocket.Over(client.GetStream())!;
        byte[] buffer = new byte[2 * LowMark];

        Assert.Equal(-1, direct.Receive(buffer, LowMark));
        Assert.Equal(LowMark, Mark(client.Client));
        peer.Send([1]);
        Assert.False(client.Client.Poll(TimeSpan.Zero, SelectMode.SelectRead), "a byte woke what waits for many");

        direct.WakeOnFirstByte();
        Assert.Equal(1, Mark(client.Client));
        Assert.Equal(1, await client.GetStream().ReadAsync(buffer, limit.Token));

        // What comes is taken, however little it is.
        Assert.Equal(-1, direct.Receive(buffer, LowMark));
        peer.Send([1, 2]);
        Assert.True(SpinWait.SpinUntil(() => client.Client.Available == 2, TimeSpan.FromSeconds(30)));
        Assert.Equal(2, direct.Receive(buffer, LowMark));
    }

    private static int Mark(Socket socket)
    {
        byte[] value = new byte[4];
        socket.GetRawSocketOption(Level, LowMarkOption, value);
        return BitConverter.ToInt32(value);
    }
}
