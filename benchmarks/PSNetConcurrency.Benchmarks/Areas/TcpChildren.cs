using System.Diagnostics;
using System.Text.Json;
using PSNetConcurrency.Benchmarks.Children;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>A child that answers a line with a line.</summary>
internal abstract class TalkingChild(Command command) : IDisposable
{
    protected Process Process { get; } = Programs.Start(command);

    public void Dispose()
    {
        Process.Kill(entireProcessTree: true);
        Process.Dispose();
    }

    protected async Task<string> TalkAsync(string line, CancellationToken cancellationToken)
    {
        await Process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await Process.StandardInput.FlushAsync(cancellationToken);
        return await Process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new LoadFailedException("A child ended before it answered.");
    }
}

/// <summary>Our echo server, which tells of itself.</summary>
internal sealed class ServerChild(int port, int maximum) : TalkingChild(Programs.Self("echo", port.ToString(), maximum.ToString()))
{
    public static async Task<ServerChild> StartAsync(int port, int maximum, CancellationToken cancellationToken)
    {
        ServerChild server = new(port, maximum);
        if (!await Programs.WaitForPortAsync(server.Process, port, cancellationToken))
        {
            server.Dispose();
            throw new LoadFailedException("The server did not start.");
        }
        return server;
    }

    public async Task<ServerState> AskAsync(CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<ServerState>(await TalkAsync("", cancellationToken))!;

    /// <summary>Asks until the server is in a state, for ten seconds.</summary>
    public async Task<ServerState> WaitAsync(Func<ServerState, bool> condition, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        ServerState state = await AskAsync(cancellationToken);
        for (int i = 0; i < 200 && !condition(state); i++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            state = await AskAsync(cancellationToken);
        }
        return state;
    }
}

/// <summary>Clients that sit idle or storm.</summary>
internal sealed class ClientChild(int port) : TalkingChild(Programs.Self("idle", port.ToString()))
{
    public Task<string> AskAsync(string what, CancellationToken cancellationToken) => TalkAsync(what, cancellationToken);
}
