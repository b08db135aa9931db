using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Loop;

/// <summary>Which of the two loops.</summary>
public enum LoopKind
{
    Epoll,
    Completion,
}

/// <summary>A server's loop and a client's, of one kind, with a listening socket between them.</summary>
internal sealed class LoopPair : IAcceptor, IAsyncDisposable
{
    private readonly ConcurrentQueue<ScriptedHandler> _accepted = new();
    private readonly Func<ScriptedHandler> _serve;

    private LoopPair(LoopKind kind, Func<ScriptedHandler> serve)
    {
        _serve = serve;
        Server = EventLoop.Start(Create(kind));
        Client = EventLoop.Start(Create(kind));
    }

    public static TheoryData<LoopKind> Kinds { get; } = OperatingSystem.IsLinux() ? [LoopKind.Epoll, LoopKind.Completion] : [LoopKind.Completion];

    public EventLoop Server { get; }

    public EventLoop Client { get; }

    public IPEndPoint EndPoint { get; private set; } = null!;

    public int AcceptedCount => _accepted.Count;

    public static async Task<LoopPair> StartAsync(LoopKind kind, Func<ScriptedHandler> serve)
    {
        LoopPair pair = new(kind, serve);
        Socket socket = TcpBinding.Listen(IPAddress.Loopback, 0, 512);
        pair.EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        await RunAsync(pair.Server, () => pair.Server.Listen(socket, pair));
        return pair;
    }

    /// <summary>Runs something on a loop, and waits for it.</summary>
    public static Task<T> RunAsync<T>(EventLoop loop, Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.WaitAsync(Eventually.Limit);
    }

    public static Task RunAsync(EventLoop loop, Action work) => RunAsync(loop, () =>
    {
        work();
        return true;
    });

    /// <summary>Begins to connect.</summary>
    public Task<Channel> ConnectAsync(ScriptedHandler handler) => RunAsync(Client, () => Client.Connect(EndPoint, handler));

    /// <summary>The server's end of the connection that was accepted next.</summary>
    public async Task<ScriptedHandler> AcceptedAsync()
    {
        ScriptedHandler? handler = null;
        await Eventually.TrueAsync(() => _accepted.TryDequeue(out handler), "a connection is accepted");
        await handler!.Connected;
        return handler;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EventLoop loop in new[] { Server, Client })
        {
            loop.Stop();
            await Task.Run(() => loop.Join(Eventually.Limit));
        }
    }

    IChannelHandler IAcceptor.OnAccept(IPEndPoint remote)
    {
        ScriptedHandler handler = _serve();
        _accepted.Enqueue(handler);
        return handler;
    }

    void IAcceptor.OnAccepted(Channel channel)
    {
    }

    void IAcceptor.OnAcceptFailed(SocketError error) => Assert.Fail($"Accept failed: {error}");

    internal static EventLoop Create(LoopKind kind) => kind == LoopKind.Epoll && OperatingSystem.IsLinux() ? new EpollLoop() : new CompletionLoop();
}
