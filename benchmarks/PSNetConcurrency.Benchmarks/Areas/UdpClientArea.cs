using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>Invoke-UdpExchange against a blocking client in Python, in turns, with the same echo server.</summary>
internal sealed class UdpClientArea : IBenchmarkArea
{
    private const string Ours = "Invoke-UdpExchange", Theirs = "Python blocking client";
    private const int Count = 100_000;

    private const string Server = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", int(sys.argv[1])))
        print("ready", flush=True)
        b = bytearray(65536)
        m = memoryview(b)
        while True:
            n, a = s.recvfrom_into(b)
            s.sendto(m[:n], a)
        """;

    private const string Client = """
        import socket, sys, time
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect(("127.0.0.1", int(sys.argv[1])))
        message, count = bytes(64), int(sys.argv[2])
        def exchange(n):
            replies = []
            for i in range(n):
                s.send(message)
                replies.append(s.recv(65535))
            return replies
        exchange(2000)
        begin = time.perf_counter()
        replies = exchange(count)
        print(count / (time.perf_counter() - begin))
        """;

    public string Name => "udpclient";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        if (Programs.Find("python3") is not { } python)
        {
            Console.WriteLine("UDP clients are not compared: there is no python3.");
            return true;
        }
        int port = PortFinder.Find(ProtocolType.Udp, 1, null, null)[0];
        string manifest = Path.Combine(BenchmarkOptions.RepositoryRoot, "PSNetConcurrency.psd1");
        using Process server = Programs.Start(Programs.Pin(new Command(python, "-c", Server, port.ToString()), 0));
        try
        {
            await server.StandardOutput.ReadLineAsync(cancellationToken);
            Measured rate = new();
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (bool ours in round % 2 == 0 ? [true, false] : new[] { false, true })
                {
                    Command command = ours ? Programs.Self("exchange", manifest, port.ToString(), Count.ToString()) : new Command(python, "-c", Client, port.ToString(), Count.ToString());
                    (int exitCode, string output) = await Programs.RunAsync(Programs.Pin(command, 1), cancellationToken);
                    if (exitCode != 0)
                    {
                        Console.WriteLine($"WRONG: {(ours ? Ours : Theirs)} failed: {output}");
                        return false;
                    }
                    rate.Add(ours ? Ours : Theirs, double.Parse(output, CultureInfo.InvariantCulture));
                }
            }
            Table table = new($"{Count} exchanges of 64 bytes over UDP, {options.Rounds} rounds", "client", "rate to Python's");
            table.Add(Ours, rate.Ratio(Ours, Theirs));
            table.Print();
            options.Ratios.Add(Name, "Invoke-UdpExchange -Count, 64 B", rate, Ours, Theirs, bar: 1);
            return true;
        }
        finally
        {
            server.Kill();
        }
    }
}
