using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>A client that sends bytes as they are.</summary>
internal static class Stranger
{
    /// <summary>
    /// Connects, sends, and goes in one of the ways there are: after the answer, at once, in the middle, with a reset. It never
    /// waits long for a server that has nothing to say.
    /// </summary>
    public static async Task TellAsync(IPEndPoint server, byte[] bytes, Random random, CancellationToken stop)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, stop);
        try
        {
            int cut = random.Next(bytes.Length + 1);
            await socket.SendAsync(bytes.AsMemory(0, cut), stop);
            await socket.SendAsync(bytes.AsMemory(cut), stop);
            switch (random.Next(4))
            {
                case 0:
                    socket.LingerState = new LingerOption(true, 0);
                    break;
                case 1:
                    break;
                default:
                    socket.Shutdown(SocketShutdown.Send);
                    await DrainAsync(socket, stop);
                    break;
            }
        }
        catch (SocketException)
        {
            // Turned away before all was sent.
        }
    }

    /// <summary>Reads all until the server ends the connection, which it must.</summary>
    private static async Task DrainAsync(Socket socket, CancellationToken stop)
    {
        byte[] answer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(answer, stop) > 0)
        {
        }
    }

    /// <summary>Sends datagrams from a port of its own, and reads whatever comes back meanwhile.</summary>
    public static void Throw(IPEndPoint server, IEnumerable<byte[]> datagrams)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(server);
        byte[] answer = new byte[65536];
        foreach (byte[] datagram in datagrams)
        {
            try
            {
                socket.Send(datagram);
                while (socket.Available > 0)
                {
                    socket.Receive(answer);
                }
            }
            catch (SocketException)
            {
                // Told that nobody listens: it is the server that must be there, and an honest client will tell.
            }
        }
    }

    /// <summary>Asks until an answer comes that is the right one; datagrams may be dropped where many come.</summary>
    public static async Task AskAsync(IPEndPoint server, byte[] question, Func<byte[], bool> isAnswer, CancellationToken stop)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(server);
        byte[] buffer = new byte[65536];
        for (int attempt = 0; attempt < 300; attempt++)
        {
            socket.Send(question);
            for (int wait = 0; wait < 50; wait++)
            {
                // Not by what is available: of an empty datagram that is nothing, and all others wait behind it.
                while (socket.Poll(0, SelectMode.SelectRead))
                {
                    if (isAnswer(buffer[..socket.Receive(buffer)]))
                    {
                        return;
                    }
                }
                await Task.Delay(2, stop);
            }
        }
        throw new SoakException($"{server} does not answer an honest client any more.");
    }
}
