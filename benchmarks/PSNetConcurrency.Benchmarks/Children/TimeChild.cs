using System.Globalization;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>Start-TimeServer's engine, and Get-NetworkTime's.</summary>
internal static class TimeChild
{
    public static async Task<int> ServeAsync(int port)
    {
        using UdpServer server = UdpServer.Start("Ntp", new UdpServerOptions { Port = port }, TimeServers.Service(TimeServiceKind.Ntp, new TimeServerOptions()));
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
        return 0;
    }

    /// <summary>Asks so often, a query each, and prints the offsets in microseconds.</summary>
    public static async Task<int> AskAsync(int port, int count)
    {
        for (int i = 0; i < count; i++)
        {
            NetworkTime time = await NetworkTimeClient.QueryAsync(new TimeQuery { Server = "127.0.0.1", Port = port }, CancellationToken.None);
            Console.WriteLine(time.Offset is { } offset ? offset.TotalMicroseconds.ToString(CultureInfo.InvariantCulture) : time.Problem[0]);
        }
        return 0;
    }
}
