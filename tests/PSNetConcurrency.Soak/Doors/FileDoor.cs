using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Core.Transfer.Sending;
using PSNetConcurrency.Soak.Transfers;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>A receiver of files. Whatever it is told, no file under a final name is anything but what was sent, and none is outside its folder.</summary>
internal sealed class FileDoor : IDoor
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psnc-soak-");
    private readonly byte[] _content = new byte[3000];
    private readonly SemaphoreSlim _turn = new(1);
    private TcpServer? _server;
    private byte[] _valid = [];

    public string Name => "files";

    private string Target => Path.Combine(_folder.FullName, "target");

    private string Source => Path.Combine(_folder.FullName, "a");

    private TcpServer Server => _server!;

    public async Task StartAsync(CancellationToken stop)
    {
        Random.Shared.NextBytes(_content);
        Directory.CreateDirectory(Target);
        await File.WriteAllBytesAsync(Source, _content, stop);
        _server = TcpServer.Start("FileServer", new TcpServerOptions { IdleTimeout = TimeSpan.FromSeconds(20) }, new FileServerProtocol(new ReceiveOptions { Destination = Target, Conflict = FileConflict.Rename }));
        _valid = await RecordAsync(stop);
    }

    public async Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        for (int i = 0; i < 15; i++)
        {
            byte[] bytes = round.Random.Next(5) == 0 ? hostile.Noise() : hostile.Mutate(_valid);
            await Stranger.TellAsync(Server.LocalEndPoint, bytes, round.Random, round.Stop);
            tried.Add(bytes.Length);
        }
    }

    public async Task ServeAsync(Round round)
    {
        // What others' rounds leave is looked at and taken away by one at a time.
        await _turn.WaitAsync(round.Stop);
        try
        {
            SendOutcome outcome = (await TransferScenario.SendAsync(To(Server.Port), [Source], round.Stop)).Single();
            SoakException.Require(outcome.Result is { Verified: true }, $"An honest sender was refused: {outcome.Failure}");
            SoakException.Require(Directory.GetFileSystemEntries(_folder.FullName).Length == 2, "Something was written outside the destination.");
            foreach (string file in Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories).Where(f => !Path.GetRelativePath(Target, f).StartsWith(".psnc-", StringComparison.Ordinal)))
            {
                byte[] content = await File.ReadAllBytesAsync(file, round.Stop);
                SoakException.Require(content.AsSpan().SequenceEqual(_content), $"{file} is not what was sent.");
                File.Delete(file);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task SettleAsync(CancellationToken stop) => await Server.SettleAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.EndAsync();
        _folder.Delete(recursive: true);
        _turn.Dispose();
    }

    private static SendOptions To(int port) => new() { Connect = new TcpConnectOptions { ComputerName = "127.0.0.1", Port = port }, Timeout = TimeSpan.FromSeconds(60) };

    // What a sender says to send one small file, greeting and all: it does not wait for the answers.
    private async Task<byte[]> RecordAsync(CancellationToken stop)
    {
        using TcpListener recorder = new(IPAddress.Loopback, 0);
        recorder.Start();
        Task<List<SendOutcome>> sending = TransferScenario.SendAsync(To(((IPEndPoint)recorder.LocalEndpoint).Port), [Source], stop);
        using TcpClient client = await recorder.AcceptTcpClientAsync(stop), server = new();
        await server.ConnectAsync(IPAddress.Loopback, Server.Port, stop);
        Task back = server.GetStream().CopyToAsync(client.GetStream(), stop);
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        for (int n; (n = await client.GetStream().ReadAsync(buffer, stop)) > 0;)
        {
            all.Write(buffer, 0, n);
            await server.GetStream().WriteAsync(buffer.AsMemory(0, n), stop);
        }
        server.Client.Shutdown(SocketShutdown.Send);
        try
        {
            await back;
        }
        catch (IOException)
        {
            // The sender has all it wanted.
        }
        SoakException.Require((await sending).Single().Result is { Verified: true }, "The valid conversation could not be recorded.");
        return all.ToArray();
    }
}
