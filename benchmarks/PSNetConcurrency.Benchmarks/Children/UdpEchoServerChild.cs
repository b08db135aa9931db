using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>Start-UdpEchoServer's engine.</summary>
internal static class UdpEchoServerChild
{
    public static async Task<int> RunAsync(int port)
    {
        using UdpServer server = UdpServer.Start("Echo", new UdpServerOptions { Port = port }, new EchoService());
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
        return 0;
    }
}
