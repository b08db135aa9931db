using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>
/// Clients that only sit there, or storm: "N" opens N more and answers with how many are open, "flood N" opens N one after
/// the other and drops each at once.
/// </summary>
internal static class IdleClientChild
{
    public static async Task<int> RunAsync(int port)
    {
        ProcessLimits.RaiseOpenFiles();
        List<Socket> open = [];
        while (await Console.In.ReadLineAsync() is { } line)
        {
            bool flood = line.StartsWith("flood ", StringComparison.Ordinal);
            int count = int.Parse(flood ? line[6..] : line);
            for (int i = 0; i < count; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port);
                }
                catch (SocketException) when (flood)
                {
                    // Turned away before it noticed that it was in.
                }
                if (flood)
                {
                    socket.Close(0);
                }
                else
                {
                    open.Add(socket);
                }
            }
            Console.WriteLine(open.Count);
        }
        open.ForEach(s => s.Close(0));
        return 0;
    }
}
