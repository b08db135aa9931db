using System.Globalization;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>The NTP server against chronyd under load, and the client against a server whose clock is the client's own: every offset is an error.</summary>
internal sealed class TimeArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", Chronyd = "chronyd";
    private const int Queries = 200;

    private static readonly LoadShape[] Shapes = [new("64 outstanding", 1, 48, 64), new("1 outstanding", 1, 48, 1)];

    public string Name => "time";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        ServerSet servers = new(ServerTransport.Ntp);
        string folder = Directory.CreateTempSubdirectory("psnc-chrony-").FullName;
        try
        {
            await servers.AddAsync(Ours, port => Programs.Self("ntp", port.ToString(CultureInfo.InvariantCulture)), cancellationToken);
            if ((Programs.Find("chronyd") ?? Programs.Find("/usr/sbin/chronyd")) is { } chronyd)
            {
                await servers.AddAsync(Chronyd, port => Command(chronyd, folder, port), cancellationToken);
            }
            else
            {
                Console.WriteLine("chronyd is left out: it is not installed.");
            }
            bool correct = !options.Wants("servers") || await CompareServersAsync(options, servers, cancellationToken);
            return (!options.Wants("client") || await AskAsync(options, servers, cancellationToken)) && correct;
        }
        finally
        {
            servers.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    // Never sets the clock (-x), and takes no commands.
    private static Command Command(string chronyd, string folder, int port)
    {
        string config = Path.Combine(folder, "chrony.conf");
        File.WriteAllText(config, $"port {port}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 1\ncmdport 0\nbindcmdaddress /\npidfile {folder}/pid\n");
        return new Command(chronyd, "-f", config, "-x", "-d", "-u", "root");
    }

    private static async Task<bool> CompareServersAsync(BenchmarkOptions options, ServerSet servers, CancellationToken cancellationToken)
    {
        if (await Programs.BuildAsync("udpload", cancellationToken) is not { } judge)
        {
            Console.WriteLine("NTP servers are not compared: there is no judge.");
            return true;
        }
        Table table = new($"NTP servers, {options.Rounds} rounds: rate and p99 to chronyd; median offset error in µs; replies lost",
            ["server", .. Shapes.SelectMany(s => (string[])[s.Name + " /chronyd", "p99/chronyd", "offset µs", "lost"])]);
        Dictionary<LoadShape, (Measured Rate, Measured P99, Dictionary<string, List<double>> Offsets, Dictionary<string, long> Lost)> all = [];
        foreach (LoadShape shape in Shapes)
        {
            (Measured rate, Measured p99, Dictionary<string, List<double>> offsets, Dictionary<string, long> lost) = all[shape] = (new(), new(), [], []);
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (EchoServer server in servers.Rotated(round))
                {
                    LoadReport report = await LoadReport.RunAsync(Programs.Pin(new Command(judge, "127.0.0.1", $"{server.Port}", $"{shape.Depth}", "48", options.Seconds.ToString(CultureInfo.InvariantCulture), "ntp")
                    {
                        Environment = new Dictionary<string, string> { ["WARMUP"] = LoadReport.WarmUp },
                    }, 1), cancellationToken);
                    rate.Add(server.Name, report.MessagesPerSecond);
                    p99.Add(server.Name, report.P99);
                    (offsets.TryGetValue(server.Name, out List<double>? list) ? list : offsets[server.Name] = []).Add(report.MedianOffset);
                    lost[server.Name] = lost.GetValueOrDefault(server.Name) + report.Lost;
                }
            }
        }
        foreach (LoadShape shape in Shapes)
        {
            options.Ratios.Add("time", $"NTP server, {shape.Name}", all[shape].Rate, Ours, Chronyd, bar: 1);
        }
        options.Ratios.AddPromise("time", $"offset error of clients of the NTP server, {Shapes[0].Name}", 30, "µs", all[Shapes[0]].Offsets[Ours].Select(Math.Abs));
        foreach (EchoServer server in servers.All)
        {
            table.Add([server.Name, .. Shapes.SelectMany(s => (string[])[all[s].Rate.Ratio(server.Name, Chronyd), all[s].P99.Ratio(server.Name, Chronyd), Median(all[s].Offsets[server.Name]).ToString("+0.0;-0.0", CultureInfo.InvariantCulture), all[s].Lost[server.Name].ToString(CultureInfo.InvariantCulture)])]);
        }
        table.Print();
        return true;
    }

    private static async Task<bool> AskAsync(BenchmarkOptions options, ServerSet servers, CancellationToken cancellationToken)
    {
        bool correct = true;
        Table table = new($"Get-NetworkTime, {options.Rounds} processes of {Queries} queries each: offset errors in µs", "server", "first query", "median", "p99");
        foreach (EchoServer server in servers.All)
        {
            List<double> first = [], errors = [];
            for (int round = 0; round < options.Rounds; round++)
            {
                (_, string output) = await Programs.RunAsync(Programs.Pin(Programs.Self("asktime", $"{server.Port}", $"{Queries}"), 1), cancellationToken);
                string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                if (lines.FirstOrDefault(l => !double.TryParse(l, CultureInfo.InvariantCulture, out _)) is { } wrong)
                {
                    Console.WriteLine($"WRONG: {server.Name}: {wrong}");
                    correct = false;
                    continue;
                }
                double[] offsets = [.. lines.Select(l => Math.Abs(double.Parse(l, CultureInfo.InvariantCulture)))];
                first.Add(offsets[0]);
                errors.AddRange(offsets);
            }
            if (errors.Count > 0)
            {
                errors.Sort();
                options.Ratios.AddPromise("time", $"offset error of Get-NetworkTime, server {server.Name}", 100, "µs", [Median(errors)]);
                table.Add(server.Name, Words(Median(first)), Words(Median(errors)), Words(errors[errors.Count * 99 / 100]));
            }
        }
        table.Print();
        return correct;

        static string Words(double microseconds) => microseconds.ToString("0.0", CultureInfo.InvariantCulture);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
