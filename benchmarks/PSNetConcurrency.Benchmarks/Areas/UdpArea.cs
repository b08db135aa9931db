using System.Globalization;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>The UDP echo server against the best there are.</summary>
internal sealed class UdpArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", Plain = "C plain", Batched = "C mmsg", Uvloop = "Python uvloop";

    // Over UDP what is in flight is the depth of one socket.
    private static readonly LoadShape[] Shapes =
    [
        new("64 x 64 B", 1, 64, 64),
        new("1 x 64 B", 1, 64, 1),
        new("64 x 1400 B", 1, 1400, 64),
    ];

    private static readonly string[] References = [Plain, Batched, Uvloop];

    public string Name => "udp";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        if (!options.Wants("servers"))
        {
            return true;
        }
        if (await Programs.BuildAsync("udpload", cancellationToken) is not { } judge)
        {
            Console.WriteLine("UDP servers are not compared: there is no judge.");
            return true;
        }
        using ServerSet servers = await StartAsync(cancellationToken);
        bool correct = true;
        HashSet<string> failed = [];
        Table table = new($"UDP echo servers, {options.Rounds} rounds: rate to C plain, to C mmsg, to uvloop; p99 to C plain; datagrams lost",
            ["server", .. Shapes.SelectMany(s => (string[])[s.Name + " /C", "/mmsg", "/uvloop", "p99/C", "lost"])]);
        Dictionary<LoadShape, (Measured Rate, Measured P99, Dictionary<string, long> Lost)> all = [];
        foreach (LoadShape shape in Shapes)
        {
            (Measured rate, Measured p99, Dictionary<string, long> lost) = all[shape] = (new(), new(), []);
            for (int round = 0; round < options.Rounds; round++)
            {
                // Another first in each round, so that none always follows the same.
                foreach (EchoServer server in servers.Rotated(round).Where(s => !failed.Contains(s.Name) && (round == 0 || !s.Forks)))
                {
                    try
                    {
                        LoadReport report = await LoadReport.RunAsync(Judge(judge, server.Port, shape, options.Seconds), cancellationToken);
                        rate.Add(server.Name, report.MessagesPerSecond);
                        p99.Add(server.Name, report.P99);
                        lost[server.Name] = lost.GetValueOrDefault(server.Name) + report.Lost;
                    }
                    catch (LoadFailedException e)
                    {
                        failed.Add(server.Name);
                        correct &= server.Name != Ours;
                        Console.WriteLine($"{(server.Name == Ours ? "WRONG: " : "")}{server.Name} failed at {shape.Name}: {e.Message}");
                    }
                }
            }
        }
        foreach (LoadShape shape in Shapes)
        {
            foreach (string reference in References)
            {
                options.Ratios.Add(Name, $"UDP echo server, {shape.Name}", all[shape].Rate, Ours, reference, shape != Shapes[0] ? null : reference == Uvloop ? 1 : 0.9);
            }
        }
        foreach (EchoServer server in servers.All)
        {
            table.Add([server.Name, .. Shapes.SelectMany(s => (string[])[.. References.Select(r => all[s].Rate.Ratio(server.Name, r)), all[s].P99.Ratio(server.Name, Plain), all[s].Lost.GetValueOrDefault(server.Name).ToString(CultureInfo.InvariantCulture)])]);
        }
        table.Print();
        return correct;
    }

    private static Command Judge(string judge, int port, LoadShape shape, double seconds) =>
        Programs.Pin(new Command(judge, "127.0.0.1", port.ToString(CultureInfo.InvariantCulture), shape.Depth.ToString(CultureInfo.InvariantCulture), shape.Size.ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture))
        {
            Environment = new Dictionary<string, string> { ["WARMUP"] = LoadReport.WarmUp },
        }, 1);

    private static async Task<ServerSet> StartAsync(CancellationToken cancellationToken)
    {
        ServerSet set = new(ServerTransport.Udp);
        await set.AddAsync(Ours, port => Programs.Self("udpecho", port.ToString(CultureInfo.InvariantCulture)), cancellationToken);
        if (await Programs.BuildAsync("udp_echo", cancellationToken) is { } echo)
        {
            await set.AddAsync(Plain, port => new Command(echo, $"{port}"), cancellationToken);
            await set.AddAsync(Batched, port => new Command(echo, $"{port}", "mmsg"), cancellationToken);
        }
        if (EchoPeers.Python("udp_echo.py") is { } script)
        {
            if (await EchoPeers.HasUvloopAsync(cancellationToken))
            {
                await set.AddAsync(Uvloop, port => new Command("/usr/bin/python3", script, $"{port}", "uvloop"), cancellationToken);
            }
            await set.AddAsync("Python asyncio", port => new Command("/usr/bin/python3", script, $"{port}", "asyncio"), cancellationToken);
            await set.AddAsync("Python socket", port => new Command("/usr/bin/python3", script, $"{port}", "sock"), cancellationToken);
        }
        if (Programs.Find("socat") is { } socat)
        {
            await set.AddAsync("socat", port => new Command(socat, "-b", "65536", $"UDP4-RECVFROM:{port},bind=127.0.0.1,fork", "PIPE"), cancellationToken, forks: true);
        }
        return set;
    }
}
