using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Core.Transfer.Sending;

namespace PSNetConcurrency.Core.Tests.Transfer;

/// <summary>A receiver of files on loopback with folders of its own, and senders to it, through a faulty network where one is wanted.</summary>
internal sealed class TransferRig : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psnc-transfer-");
    private readonly List<FaultProxyListener> _proxies = [];

    public TransferRig(Func<ReceiveOptions, ReceiveOptions>? configure = null, Func<TcpServerOptions, TcpServerOptions>? listen = null)
    {
        Source = Directory.CreateDirectory(Path.Combine(_folder.FullName, "source")).FullName;
        Target = Directory.CreateDirectory(Path.Combine(_folder.FullName, "target")).FullName;
        Configure = configure ?? (o => o);
        Listen = listen ?? (o => o);
        Server = Start();
    }

    public string Source { get; }

    public string Target { get; }

    public TcpServer Server { get; private set; }

    public CancellationToken Limit { get; } = new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token;

    private Func<ReceiveOptions, ReceiveOptions> Configure { get; }

    private Func<TcpServerOptions, TcpServerOptions> Listen { get; }

    public static byte[] Bytes(int count, int seed = 7)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A file to send.</summary>
    public string File(string name, byte[] content)
    {
        string path = Path.Combine(Source, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public byte[] Received(string name) => System.IO.File.ReadAllBytes(Path.Combine(Target, name));

    /// <summary>All that is in the destination, unfinished files too.</summary>
    public string[] InTarget() => [.. Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Target, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>A proxy in front of the receiver, and its port.</summary>
    public FaultProxyListener Proxy(NetFault fault, long seed = 1)
    {
        FaultProxyListener proxy = FaultProxyListener.Start(new TcpServerOptions(), new FaultProxyProtocol("127.0.0.1", Server.Port, [System.Net.IPAddress.Loopback], fault, seed));
        _proxies.Add(proxy);
        return proxy;
    }

    /// <summary>Options of a sender to that port, or straight to the receiver.</summary>
    public SendOptions To(int? port = null) => new()
    {
        Connect = new TcpConnectOptions { ComputerName = "127.0.0.1", Port = port ?? Server.Port },
        SliceSize = 64 * 1024,
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Sends what is at these paths; each has an outcome.</summary>
    public async Task<List<SendOutcome>> SendAsync(SendOptions options, params string[] paths)
    {
        await using FileSender sender = FileSender.Start(options, Limit);
        List<SendOutcome> outcomes = [];
        foreach (SendItem item in paths.SelectMany(p => SendTree.Enumerate(p, null, recurse: true, e => Assert.Fail(e.Message))))
        {
            while (!sender.TryAdd(item))
            {
                if (sender.Outcomes.TryRead(out SendOutcome early))
                {
                    outcomes.Add(early);
                    continue;
                }
                await Task.WhenAny(sender.WaitToAddAsync(), sender.Outcomes.WaitToReadAsync(Limit).AsTask());
            }
        }
        sender.Complete();
        await foreach (SendOutcome outcome in sender.Outcomes.ReadAllAsync(Limit))
        {
            outcomes.Add(outcome);
        }
        return outcomes;
    }

    public async Task<FileTransferResult> SendOneAsync(SendOptions options, string path)
    {
        SendOutcome outcome = Assert.Single(await SendAsync(options, path));
        Assert.True(outcome.Failure is null, outcome.Failure?.Message);
        return outcome.Result!;
    }

    public async Task<NetException> FailsAsync(NetError error, SendOptions options, string path)
    {
        SendOutcome outcome = Assert.Single(await SendAsync(options, path));
        Assert.True(outcome.Failure is not null, "It was sent.");
        Assert.True(outcome.Failure.Error == error, $"{outcome.Failure.Error}: {outcome.Failure.Message}");
        return outcome.Failure;
    }

    /// <summary>The results that the receiver told as events, oldest first.</summary>
    public FileTransferResult[] Told() => [.. Server.Events.Snapshot().Select(e => e.Message).OfType<FileTransferResult>()];

    /// <summary>Waits until nobody is connected to the receiver: it has let go of all files.</summary>
    public async Task AllGoneAsync() => Assert.True(await Server.WaitAsync(s => s.ActiveConnection == 0, Limit));

    /// <summary>Ends the faulty networks, with all connections through them.</summary>
    public async Task CutAsync()
    {
        foreach (FaultProxyListener proxy in _proxies)
        {
            await proxy.StopAsync(TimeSpan.Zero).WaitAsync(Limit);
        }
        await AllGoneAsync();
    }

    /// <summary>Ends the receiver and begins another over the same folder.</summary>
    public async Task RestartAsync()
    {
        await Server.StopAsync(TimeSpan.Zero).WaitAsync(Limit);
        Server = Start();
    }

    public async Task StopAsync() => await Server.StopAsync(TimeSpan.Zero).WaitAsync(Limit);

    public async ValueTask DisposeAsync()
    {
        foreach (FaultProxyListener proxy in _proxies)
        {
            await proxy.StopAsync(TimeSpan.Zero);
        }
        await Server.StopAsync(TimeSpan.Zero);
        _folder.Delete(recursive: true);
    }

    private TcpServer Start() => TcpServer.Start("FileServer", Listen(new TcpServerOptions()), new FileServerProtocol(Configure(new ReceiveOptions { Destination = Target })));
}
