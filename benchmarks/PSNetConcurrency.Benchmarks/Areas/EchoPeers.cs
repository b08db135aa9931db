using System.Diagnostics;
using System.Net.Sockets;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>An echo server that runs.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Process">The process.</param>
/// <param name="Forks">It starts a process for each connection: far behind, and slow to measure, so once is enough.</param>
internal sealed record EchoServer(string Name, int Port, Process Process, bool Forks);

/// <summary>What the servers of a set speak.</summary>
internal enum ServerTransport
{
    Tcp,
    Udp,
    Ntp,
}

/// <summary>The echo servers under comparison, all running, all on the first processor.</summary>
internal sealed class ServerSet(ServerTransport transport = ServerTransport.Tcp) : IDisposable
{
    private readonly List<EchoServer> _servers = [];

    public IReadOnlyList<EchoServer> All => _servers;

    public EchoServer? Find(string name) => _servers.Find(s => s.Name == name);

    public IEnumerable<EchoServer> Rotated(int by) => _servers.Select((_, i) => _servers[(i + by) % _servers.Count]);

    public async Task AddAsync(string name, Func<int, Command> command, CancellationToken cancellationToken, bool forks = false)
    {
        int port = Programs.FreePort(transport == ServerTransport.Tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        Process process = Programs.Start(Programs.Pin(command(port), 0), quiet: true);
        if (await (transport == ServerTransport.Tcp ? Programs.WaitForPortAsync(process, port, cancellationToken) : Programs.WaitForAnswerAsync(process, port, Question(), cancellationToken)))
        {
            _servers.Add(new EchoServer(name, port, process, forks));
            return;
        }
        Console.WriteLine($"{name} is left out: it did not start.");
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private byte[] Question()
    {
        // A client's request is 48 bytes; that it is one, and of version 4, is all that a server looks at.
        byte[] question = new byte[48];
        question[0] = transport == ServerTransport.Ntp ? (byte)0x23 : (byte)'?';
        return question;
    }

    public void Dispose()
    {
        foreach (EchoServer server in _servers)
        {
            server.Process.Kill(entireProcessTree: true);
            server.Process.Dispose();
        }
    }
}

/// <summary>Who is compared with.</summary>
internal static class EchoPeers
{
    public static async Task<ServerSet> StartAsync(CancellationToken cancellationToken)
    {
        ServerSet set = new();
        await set.AddAsync("PSNetConcurrency", port => Programs.Self("echo", port.ToString(), "10000"), cancellationToken);
        if (await Programs.BuildAsync("echo_epoll", cancellationToken) is { } epoll)
        {
            await set.AddAsync("C epoll", port => new Command(epoll, port.ToString()), cancellationToken);
        }
        if (Python("echo_asyncio.py") is { } script)
        {
            if (await HasUvloopAsync(cancellationToken))
            {
                await set.AddAsync("Python uvloop", port => new Command("/usr/bin/python3", script, port.ToString(), "proto", "uvloop"), cancellationToken);
            }
            await set.AddAsync("Python asyncio", port => new Command("/usr/bin/python3", script, port.ToString(), "proto"), cancellationToken);
        }
        await ToolAsync("socat", port => ["-b", "262144", $"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=4096,nodelay", "EXEC:cat"]);
        await ToolAsync("ncat", port => ["-l", "127.0.0.1", port.ToString(), "-k", "-m", "2000", "-e", "/bin/cat"]);
        return set;

        async Task ToolAsync(string name, Func<int, string[]> arguments)
        {
            if (Programs.Find(name) is { } path)
            {
                await set.AddAsync(name, port => new Command(path, arguments(port)), cancellationToken, forks: true);
            }
            else
            {
                Console.WriteLine($"{name} is left out: it is not installed.");
            }
        }
    }

    public static async Task<bool> HasUvloopAsync(CancellationToken cancellationToken)
    {
        bool has = (await Programs.RunAsync(new Command("/usr/bin/python3", "-c", "import uvloop"), cancellationToken)).ExitCode == 0;
        if (!has)
        {
            Console.WriteLine("Python uvloop is left out: /usr/bin/python3 has no uvloop.");
        }
        return has;
    }

    /// <summary>A peer written in Python; null, and a line that says why, where it can't be run.</summary>
    public static string? Python(string name)
    {
        if (Programs.Find("/usr/bin/python3") is not null)
        {
            return Path.Combine(BenchmarkOptions.PeerFolder, name);
        }
        Console.WriteLine("Python's servers are left out: there is no /usr/bin/python3.");
        return null;
    }
}
