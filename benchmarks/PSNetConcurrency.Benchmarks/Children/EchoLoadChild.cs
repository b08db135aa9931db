using System.Globalization;
using System.Text.Json;
using PSNetConcurrency.Core.Net.Measure;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>Measure-TcpEcho's engine, told what to do and answering as the load generator in C.</summary>
internal static class EchoLoadChild
{
    public static async Task<int> RunAsync(string[] args)
    {
        ProcessLimits.RaiseOpenFiles();
        TcpEchoResult result = await EchoLoad.RunAsync(new EchoLoadOptions
        {
            ComputerName = "127.0.0.1",
            Port = int.Parse(args[0]),
            Connections = int.Parse(args[1]),
            Size = int.Parse(args[2]),
            Duration = TimeSpan.FromSeconds(double.Parse(args[3], CultureInfo.InvariantCulture)),
            Depth = int.Parse(args[4]),
            WarmUp = TimeSpan.FromSeconds(double.Parse(LoadReport.WarmUp, CultureInfo.InvariantCulture)),
        });
        Console.WriteLine(JsonSerializer.Serialize(new LoadReport
        {
            MessagesPerSecond = result.PerSecond,
            P99 = result.LatencyP99.TotalMicroseconds,
            Errors = result.Errors,
            Mismatches = result.Mismatches,
        }));
        return result.Errors + result.Mismatches > 0 ? 1 : 0;
    }
}
