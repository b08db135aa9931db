using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Tls;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Core.Transfer.Sending;
using PSNetConcurrency.Soak.Load;

namespace PSNetConcurrency.Soak.Transfers;

/// <summary>
/// Files over networks that cut, reset, stall and flip, and then what is missing over a good one: all that the sender was told is
/// there is there, all is equal in the end, and nothing else is in the folder.
/// </summary>
internal sealed class TransferScenario : IScenario
{
    private readonly X509Certificate2 _certificate = ServerCertificate.CreateSelfSigned();

    public string Name => "transfers";

    public int Workers => 1;

    public Task StartAsync(CancellationToken stop) => Task.CompletedTask;

    public Task SettleAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _certificate.Dispose();
        return default;
    }

    public async Task RoundAsync(Round round)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("psnc-soak-");
        try
        {
            await RunAsync(round, folder.CreateSubdirectory("source").FullName, folder.CreateSubdirectory("target").FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task RunAsync(Round round, string source, string target)
    {
        Random random = round.Random;
        bool tls = random.Next(4) == 0, resume = random.Next(2) == 0;
        Dictionary<string, byte[]> contents = [];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            byte[] content = round.Bytes(random.Next(3) == 0 ? random.Next(2000) : random.Next(1_500_000));
            contents[$"f{i}.bin"] = content;
            await File.WriteAllBytesAsync(Path.Combine(source, $"f{i}.bin"), content, round.Stop);
        }
        NetFault fault = StreamFaults.Draw(random, contents.Values.Sum(c => c.Length) + 1000, corrupts: true);
        SendOptions options = new()
        {
            Connect = new TcpConnectOptions { ComputerName = "127.0.0.1", Port = 1, Tls = tls ? new CertificatePin(ServerCertificate.Thumbprint(_certificate), SkipCheck: false, "127.0.0.1") : null },
            SliceSize = 4096 << random.Next(6),
            Verify = (TransferVerification)random.Next(2),
            Algorithm = random.Next(2) == 0 ? DigestAlgorithm.SHA256 : DigestAlgorithm.XXH128,
            Resume = resume,
            RetryCount = random.Next(4),
            RetriesFirst = true,
            FirstPause = TimeSpan.FromMilliseconds(1),
            LongestPause = TimeSpan.FromMilliseconds(20),
            Timeout = fault.StallAfterBytes is null ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(300),
        };
        TcpServer server = Receive(target, tls);
        List<SendOutcome> first = [];
        try
        {
            FaultProxyListener proxy = Listeners.Proxy(server.Port, fault, round);
            try
            {
                first = await SendAsync(To(options, proxy.Port), contents.Keys.Select(n => Path.Combine(source, n)), round.Stop);
            }
            finally
            {
                await proxy.EndAsync();
            }
            StreamFaults.Count(round.Figures, proxy.FaultStatistic);
            await Until.TrueAsync(() => server.ActiveConnection == 0, "the receiver has let go of the cut connections");
            Compare(target, contents, first.Where(o => o.Result is not null).Select(o => o.Item.Name));

            // The receiver too begins anew, over what it has kept.
            await server.EndAsync();
            server = Receive(target, tls);
            string[] missing = [.. contents.Keys.Where(n => !File.Exists(Path.Combine(target, n)))];
            List<SendOutcome> second = await SendAsync(To(options with { Timeout = TimeSpan.FromSeconds(60) }, server.Port), missing.Select(n => Path.Combine(source, n)), round.Stop);
            foreach (SendOutcome outcome in second)
            {
                SoakException.Require(outcome.Result is { Verified: true }, $"Over a good network {outcome.Item.Name} was not sent: {outcome.Failure}");
            }
            Compare(target, contents, contents.Keys);
            round.Figures.Add("transfers", Name, "cut", first.Count(o => o.Failure is not null));
            round.Figures.Add("transfers", Name, "resumed", first.Concat(second).Count(o => o.Result is { Resumed: true }));
        }
        finally
        {
            await server.EndAsync();
        }
        string[] there = [.. Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(target, f)).Order(StringComparer.Ordinal)];
        SoakException.Require(there.SequenceEqual(contents.Keys.Order(StringComparer.Ordinal)), $"In the folder are {string.Join(", ", there)}.");
        round.Figures.Add("transfers", Name, "files", contents.Count);
        round.Figures.Add("transfers", Name, "bytes", contents.Values.Sum(c => (long)c.Length));
    }

    // No name shows anything but what was sent under it, and those that are complete are there.
    private static void Compare(string target, Dictionary<string, byte[]> contents, IEnumerable<string> complete)
    {
        foreach (string name in contents.Keys.Where(n => File.Exists(Path.Combine(target, n))))
        {
            SoakException.Require(File.ReadAllBytes(Path.Combine(target, name)).AsSpan().SequenceEqual(contents[name]), $"{name} is not what was sent.");
        }
        foreach (string name in complete)
        {
            SoakException.Require(File.Exists(Path.Combine(target, name)), $"The sender was told that {name} is there, and it is not.");
        }
    }

    private static SendOptions To(SendOptions options, int port) => options with { Connect = options.Connect! with { Port = port } };

    private TcpServer Receive(string target, bool tls) =>
        TcpServer.Start("FileServer", new TcpServerOptions { Certificate = tls ? _certificate : null }, new FileServerProtocol(new ReceiveOptions { Destination = target }));

    /// <summary>Sends files; each has an outcome.</summary>
    public static async Task<List<SendOutcome>> SendAsync(SendOptions options, IEnumerable<string> paths, CancellationToken stop)
    {
        await using FileSender sender = FileSender.Start(options, stop);
        List<SendOutcome> outcomes = [];
        foreach (SendItem item in paths.SelectMany(p => SendTree.Enumerate(p, null, recurse: true, e => throw e)))
        {
            while (!sender.TryAdd(item))
            {
                if (sender.Outcomes.TryRead(out SendOutcome early))
                {
                    outcomes.Add(early);
                    continue;
                }
                await Task.WhenAny(sender.WaitToAddAsync(), sender.Outcomes.WaitToReadAsync(stop).AsTask());
            }
        }
        sender.Complete();
        await foreach (SendOutcome outcome in sender.Outcomes.ReadAllAsync(stop))
        {
            outcomes.Add(outcome);
        }
        return outcomes;
    }
}
