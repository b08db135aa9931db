using System.Text.Json;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>Start-TcpEchoServer's engine; each line on standard input is answered with its state.</summary>
internal static class EchoServerChild
{
    public static async Task<int> RunAsync(int port, int maximum)
    {
        ProcessLimits.RaiseOpenFiles();
        using TcpServer server = TcpServer.Start("Echo", new TcpServerOptions { Port = port, MaximumConnection = maximum, Backlog = 4096 }, new EchoProtocol());
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(JsonSerializer.Serialize(new ServerState(
                GC.GetTotalMemory(forceFullCollection: true), server.ActiveConnection, server.TotalConnection, server.RefusedCount, server.ErrorCount)));
        }
        return 0;
    }
}

/// <summary>What the server tells of itself.</summary>
internal sealed record ServerState(long ManagedBytes, long Active, long Total, long Refused, long Errors);
