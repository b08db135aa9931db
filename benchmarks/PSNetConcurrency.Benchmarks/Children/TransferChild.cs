using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Core.Transfer.Sending;

namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>The engines of Start-FramedFileServer and Send-FramedFile, each in a process of its own.</summary>
internal static class TransferChild
{
    /// <summary>Receives into a folder, or into nothing; tells its port, and then for each line what it has used.</summary>
    public static async Task<int> ReceiveAsync(string folder, bool discards)
    {
        using TcpServer server = TcpServer.Start("FileServer", new TcpServerOptions(),
            new FileServerProtocol(new ReceiveOptions { Destination = folder, Conflict = FileConflict.Overwrite, Discards = discards }));
        Console.WriteLine(server.Port);
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(JsonSerializer.Serialize(Usage(0, 0, server.ErrorCount)));
        }
        return 0;
    }

    /// <summary>Sends what a line names (a path, how it is verified, the algorithm, and perhaps a limit) and answers with the seconds it took.</summary>
    public static async Task<int> SendAsync(int port)
    {
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split('\t');
            SendOptions options = new()
            {
                Connect = new TcpConnectOptions { ComputerName = "127.0.0.1", Port = port },
                Verify = Enum.Parse<TransferVerification>(words[1]),
                Algorithm = Enum.Parse<DigestAlgorithm>(words[2]),
                Limit = words.Length > 3 && words[3].Length > 0 ? long.Parse(words[3], CultureInfo.InvariantCulture) : 0,
                Resume = words.Contains("resume"),
                RetryCount = 0,
                Format = new DictionaryFormat(FrameFormat.DefaultMaximum),
            };
            long start = Stopwatch.GetTimestamp();
            (long skipped, long failed) = await RunAsync(options, words[0]);
            Console.WriteLine(JsonSerializer.Serialize(Usage(Stopwatch.GetElapsedTime(start).TotalSeconds, skipped, failed)));
        }
        return 0;
    }

    private static async Task<(long Skipped, long Failed)> RunAsync(SendOptions options, string path)
    {
        long skipped = 0, failed = 0;
        await using FileSender sender = FileSender.Start(options, CancellationToken.None);
        Task reading = Task.Run(async () =>
        {
            await foreach (SendOutcome outcome in sender.Outcomes.ReadAllAsync())
            {
                failed += outcome.Failure is null ? 0 : 1;
                skipped += outcome.Result?.BytesSkipped ?? 0;
            }
        });
        foreach (SendItem item in SendTree.Enumerate(path, null, recurse: true, e => throw e))
        {
            while (!sender.TryAdd(item))
            {
                await sender.WaitToAddAsync();
            }
        }
        sender.Complete();
        await reading;
        return (skipped, failed);
    }

    private static TransferUsage Usage(double seconds, long skipped, long failed)
    {
        using Process self = Process.GetCurrentProcess();
        return new TransferUsage(seconds, skipped, failed, self.PeakWorkingSet64, ReadBytes(), self.TotalProcessorTime.TotalSeconds);
    }

    // Bytes that the process has read from files; what comes from sockets, through recv, Linux does not count here. 0 where the system does not tell.
    private static long ReadBytes() => File.Exists("/proc/self/io")
        ? long.Parse(File.ReadLines("/proc/self/io").First(l => l.StartsWith("rchar:", StringComparison.Ordinal))[6..], CultureInfo.InvariantCulture) : 0;
}

/// <summary>What a process of a transfer has used so far, and how the last one went.</summary>
internal sealed record TransferUsage(double Seconds, long Skipped, long Failed, long PeakBytes, long ReadBytes, double CpuSeconds);
