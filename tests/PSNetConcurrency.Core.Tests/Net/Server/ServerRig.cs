using System.Collections.Concurrent;
using System.Net.Sockets;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Server;

/// <summary>A server on a loop of a given kind.</summary>
internal sealed class ServerRig : IAsyncDisposable
{
    private readonly EventLoop _loop;

    public ServerRig(LoopKind kind, ServerProtocol protocol, TcpServerOptions options)
    {
        _loop = EventLoop.Start(kind == LoopKind.Epoll && OperatingSystem.IsLinux() ? new EpollLoop() : new CompletionLoop());
        Server = TcpServer.Start("Test", options with { Loop = _loop }, protocol);
    }

    public TcpServer Server { get; }

    public async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 64 * 1024 };
        await socket.ConnectAsync(Server.LocalEndPoint);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.StopAsync(TimeSpan.Zero);
        _loop.Stop();
        await Task.Run(() => _loop.Join(Eventually.Limit));
    }
}

/// <summary>Keeps messages, a line each, until the test answers.</summary>
internal sealed class HeldMessages : IMessageHandler
{
    private readonly ConcurrentQueue<MessageWork> _works = new();

    public MessageProtocol Protocol(long? maximumHeld = null) => new(FrameFormat.Parse("Line"), this, static (_, payload) => payload) { MaximumHeldBytes = maximumHeld ?? long.MaxValue };

    public async Task<MessageWork> NextAsync()
    {
        MessageWork? work = null;
        await Eventually.TrueAsync(() => _works.TryDequeue(out work), "a message came");
        return work!;
    }

    public MessageWork? TryNext() => _works.TryDequeue(out MessageWork? work) ? work : null;

    public void Handle(MessageWork work) => _works.Enqueue(work);

    public void Stop()
    {
    }
}
