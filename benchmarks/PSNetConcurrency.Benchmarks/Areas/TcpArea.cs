using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PSNetConcurrency.Benchmarks.Children;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>The echo server against the best there are, and what a server must bear.</summary>
internal sealed class TcpArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", C = "C epoll", Uvloop = "Python uvloop";

    private static readonly LoadShape[] Shapes =
    [
        new("64 x 64 B", 64, 64, 1),
        new("64 x 16 KiB", 64, 16 * 1024, 1),
        new("1000 x 64 B", 1000, 64, 1),
        new("depth 16", 64, 64, 16),
    ];

    private BenchmarkOptions _options = null!;
    private string? _judge;
    private bool _correct = true;

    public string Name => "tcp";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        ProcessLimits.RaiseOpenFiles();
        _judge = await Programs.BuildAsync("echoload", cancellationToken);
        using ServerSet servers = await EchoPeers.StartAsync(cancellationToken);
        await PartAsync("servers", () => CompareServersAsync(servers, cancellationToken));
        await PartAsync("client", () => CompareClientsAsync(servers, cancellationToken));
        await PartAsync("graceful", () => GracefulAsync(servers, cancellationToken));
        await PartAsync("idle", () => IdleMemoryAsync(cancellationToken));
        await PartAsync("flood", () => FloodAsync(cancellationToken));
        await PartAsync("import", () => ImportAsync(cancellationToken));
        return _correct;
    }

    private async Task PartAsync(string name, Func<Task> part)
    {
        if (!_options.Wants(name))
        {
            return;
        }
        try
        {
            await part();
        }
        catch (LoadFailedException e)
        {
            Wrong($"{name}: {e.Message}");
        }
    }

    // A rate counts only where every byte was right: a contender that fails is told and left out.
    private async Task CompareServersAsync(ServerSet servers, CancellationToken cancellationToken)
    {
        if (_judge is null)
        {
            Console.WriteLine("Servers are not compared: there is no judge.");
            return;
        }
        Table table = new($"Echo servers, {_options.Rounds} rounds: rate to C, rate to uvloop, p99 to C",
            ["server", .. Shapes.Select(s => s.Name + " /C"), .. Shapes.Select(s => "/uvloop"), .. Shapes.Select(s => "p99/C")]);
        Dictionary<LoadShape, (Measured Rate, Measured P99)> all = [];
        HashSet<string> failed = [];
        foreach (LoadShape shape in Shapes)
        {
            (Measured rate, Measured p99) = all[shape] = (new(), new());
            for (int round = 0; round < _options.Rounds; round++)
            {
                // Another first in each round, so that none always follows the same.
                foreach (EchoServer server in servers.Rotated(round).Where(s => !failed.Contains(s.Name) && (round == 0 || !s.Forks)))
                {
                    try
                    {
                        LoadReport report = await LoadReport.RunAsync(Judge(server.Port, shape), cancellationToken);
                        rate.Add(server.Name, report.MessagesPerSecond);
                        p99.Add(server.Name, report.P99);
                    }
                    catch (LoadFailedException e)
                    {
                        failed.Add(server.Name);
                        string words = $"{server.Name} failed at {shape.Name}: {e.Message}";
                        if (server.Name == Ours)
                        {
                            Wrong(words);
                        }
                        else
                        {
                            Console.WriteLine(words);
                        }
                    }
                }
            }
        }
        foreach (LoadShape shape in Shapes)
        {
            // Nothing is faster than C here; as fast as Python's best is the least.
            _options.Ratios.Add(Name, $"TCP echo server, {shape.Name}", all[shape].Rate, Ours, C, bar: 0.95);
            _options.Ratios.Add(Name, $"TCP echo server, {shape.Name}", all[shape].Rate, Ours, Uvloop, bar: 1);
        }
        foreach (EchoServer server in servers.All)
        {
            table.Add([server.Name, .. Shapes.Select(s => all[s].Rate.Ratio(server.Name, C)), .. Shapes.Select(s => all[s].Rate.Ratio(server.Name, Uvloop)), .. Shapes.Select(s => all[s].P99.Ratio(server.Name, C))]);
        }
        table.Print();
    }

    private async Task CompareClientsAsync(ServerSet servers, CancellationToken cancellationToken)
    {
        if (_judge is null || servers.Find(C) is not { } target)
        {
            Console.WriteLine("Clients are not compared: that needs the judge and the C server.");
            return;
        }
        Table table = new($"Measure-TcpEcho against the C server, {_options.Rounds} rounds: rate and p99 to the C client's", "shape", "rate", "p99");
        foreach (LoadShape shape in Shapes)
        {
            Measured rate = new(), p99 = new();
            for (int round = 0; round < _options.Rounds; round++)
            {
                foreach (bool ours in round % 2 == 0 ? [true, false] : new[] { false, true })
                {
                    LoadReport report = await LoadReport.RunAsync(
                        ours ? Programs.Pin(Programs.Self(["load", .. LoadReport.Arguments(target.Port, shape, _options.Seconds)]), 1) : Judge(target.Port, shape), cancellationToken);
                    rate.Add(ours ? Ours : C, report.MessagesPerSecond);
                    p99.Add(ours ? Ours : C, report.P99);
                }
            }
            table.Add(shape.Name, rate.Ratio(Ours, C), p99.Ratio(Ours, C));
            _options.Ratios.Add(Name, $"Measure-TcpEcho as a client, {shape.Name}", rate, Ours, C, bar: 0.8);
        }
        table.Print();
    }

    private async Task GracefulAsync(ServerSet servers, CancellationToken cancellationToken)
    {
        if (_judge is null || servers.Find(Ours) is not { } target)
        {
            Console.WriteLine("Half-close is not tried: there is no judge.");
            return;
        }
        LoadShape shape = Shapes[1];
        LoadReport report = await LoadReport.RunAsync(Judge(target.Port, shape, ("GRACEFUL", "1")), cancellationToken);
        Table table = new("Clients that end their sending side first", "clients", "got everything, then the end");
        table.Add(shape.Connections.ToString(), report.EndsOfFile.ToString());
        table.Print();
        Check(report.EndsOfFile == shape.Connections, "Not every client saw the end of its stream.");
    }

    private async Task IdleMemoryAsync(CancellationToken cancellationToken)
    {
        const int Step = 5000;
        if (ProcessLimits.RaiseOpenFiles() is > 0 and < 2 * Step + 200 and long limit)
        {
            Console.WriteLine($"Idle connections are not measured: {limit} open files are allowed, {2 * Step + 200} are needed (ulimit -Hn).");
            return;
        }
        int port = Programs.FreePort();
        using ServerChild server = await ServerChild.StartAsync(port, 2 * Step + 100, cancellationToken);
        using ClientChild clients = new(port);
        // The first half also fills what every server has once; the second shows what a connection costs.
        await clients.AskAsync(Step.ToString(), cancellationToken);
        ServerState half = await server.WaitAsync(s => s.Active >= Step, cancellationToken);
        await clients.AskAsync(Step.ToString(), cancellationToken);
        ServerState full = await server.WaitAsync(s => s.Active >= 2 * Step, cancellationToken);
        Table table = new("Idle connections", "connections", "managed bytes for each");
        long bytes = (full.ManagedBytes - half.ManagedBytes) / Step;
        table.Add(full.Active.ToString(), bytes.ToString());
        _options.Ratios.AddPromise(Name, "memory of an idle connection", 4096, "bytes", [bytes]);
        table.Print();
        Check(full.Active == 2 * Step, "Not every idle connection was taken.");
    }

    private async Task FloodAsync(CancellationToken cancellationToken)
    {
        const int Inside = 64, Flood = 5000;
        int port = Programs.FreePort();
        using ServerChild server = await ServerChild.StartAsync(port, Inside, cancellationToken);
        await server.WaitAsync(s => s.Active == 0, cancellationToken);
        LoadShape shape = new("inside", Inside, 64, 1);
        LoadReport calm = await LoadReport.RunAsync(Load(port, shape), cancellationToken);
        await server.WaitAsync(s => s.Active == 0, cancellationToken);
        using ClientChild flood = new(port);
        Task<LoadReport> inside = LoadReport.RunAsync(Load(port, shape), cancellationToken);
        await server.WaitAsync(s => s.Active == Inside, cancellationToken);
        while (!inside.IsCompleted)
        {
            await Task.WhenAny(inside, flood.AskAsync($"flood {Flood}", cancellationToken));
        }
        LoadReport stormy = await inside;
        ServerState state = await server.AskAsync(cancellationToken);
        Table table = new("A full server under a flood of connections", "clients inside", "turned away", "errors inside", "rate to calm");
        table.Add(Inside.ToString(), state.Refused.ToString(), stormy.Errors.ToString(), (stormy.MessagesPerSecond / calm.MessagesPerSecond).ToString("0.00", CultureInfo.InvariantCulture));
        table.Print();
        Check(state.Refused > 0, "The flood did not reach the server.");
    }

    private async Task ImportAsync(CancellationToken cancellationToken)
    {
        string manifest = Path.Combine(BenchmarkOptions.RepositoryRoot, "PSNetConcurrency.psd1");
        List<double> shares = [], milliseconds = [];
        for (int round = 0; round < _options.Rounds; round++)
        {
            (int exitCode, string output) = await Programs.RunAsync(Programs.Self("import", manifest), cancellationToken);
            if (!Check(exitCode == 0, $"The module can't be imported: {output}"))
            {
                return;
            }
            string[] numbers = output.Split(' ');
            shares.Add(double.Parse(numbers[0], CultureInfo.InvariantCulture));
            milliseconds.Add(double.Parse(numbers[1], CultureInfo.InvariantCulture));
        }
        Table table = new("Import-Module in a shell just started", "time to that of the shell's own start");
        _options.Ratios.AddPromise(Name, "Import-Module in a started shell", 60, "ms", milliseconds);
        table.Add(shares.Order().ElementAt(shares.Count / 2).ToString("0.00", CultureInfo.InvariantCulture));
        table.Print();
    }

    private Command Judge(int port, LoadShape shape, params (string Name, string Value)[] settings) =>
        Programs.Pin(new Command(_judge!, ["127.0.0.1", .. LoadReport.Arguments(port, shape, _options.Seconds)])
        {
            Environment = settings.Append(("WARMUP", LoadReport.WarmUp)).ToDictionary(s => s.Item1, s => s.Item2),
        }, 1);

    private Command Load(int port, LoadShape shape) => Programs.Self(["load", .. LoadReport.Arguments(port, shape, _options.Seconds)]);

    private bool Check(bool holds, string words)
    {
        if (!holds)
        {
            Wrong(words);
        }
        return holds;
    }

    private void Wrong(string words)
    {
        _correct = false;
        Console.WriteLine($"WRONG: {words}");
    }
}
