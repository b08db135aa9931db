using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Faults;

/// <summary>The loops that a proxy is tried on.</summary>
public enum LoopKind
{
    Native,
    Completion,
}

/// <summary>A proxy in front of a plain listening socket, so that a test holds both ends of every connection.</summary>
internal sealed class ProxyRig : IAsyncDisposable
{
    private readonly EventLoop? _loop;
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];

    public ProxyRig(NetFault fault, LoopKind kind = LoopKind.Native, long seed = 1, Func<TcpServerOptions, TcpServerOptions>? configure = null)
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen(64);
        _loop = kind == LoopKind.Completion ? EventLoop.Start(new CompletionLoop()) : null;
        TcpServerOptions options = new() { Loop = _loop };
        int port = ((IPEndPoint)_listening.LocalEndPoint!).Port;
        Proxy = FaultProxyListener.Start(configure?.Invoke(options) ?? options, new FaultProxyProtocol("127.0.0.1", port, [IPAddress.Loopback], fault, seed));
    }

    public FaultProxyListener Proxy { get; }

    public FaultStatistic Statistic => Proxy.FaultStatistic;

    public CancellationToken Limit { get; } = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public async Task<(Socket Client, Socket Server)> ConnectAsync()
    {
        Socket client = await ConnectClientAsync();
        return (client, await AcceptAsync());
    }

    public async Task<Socket> AcceptAsync()
    {
        Socket server = await _listening.AcceptAsync(Limit);
        server.NoDelay = true;
        _sockets.Add(server);
        return server;
    }

    public async Task<Socket> ConnectClientAsync()
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets.Add(client);
        await client.ConnectAsync(Proxy.LocalEndPoint, Limit);
        return client;
    }

    /// <summary>The target listens no more.</summary>
    public void CloseTarget() => _listening.Dispose();

    public Task SendAsync(Socket socket, byte[] data) => SendAsync(socket, data, [data.Length]);

    /// <summary>Sends in pieces of the given sizes, again and again.</summary>
    public async Task SendAsync(Socket socket, byte[] data, int[] sizes)
    {
        for (int at = 0, i = 0; at < data.Length; i++)
        {
            int n = Math.Min(Math.Max(1, sizes[i % sizes.Length]), data.Length - at);
            at += await socket.SendAsync(data.AsMemory(at, n), Limit);
        }
    }

    /// <summary>Receives so many bytes, or all until the end.</summary>
    public async Task<byte[]> ReceiveAsync(Socket socket, int count = int.MaxValue)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        while (all.Length < count)
        {
            int n = await socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count - all.Length)), Limit);
            if (n == 0)
            {
                break;
            }
            all.Write(buffer, 0, n);
        }
        return all.ToArray();
    }

    /// <summary>Receives until a reset, which must come.</summary>
    public async Task<byte[]> ReceiveUntilResetAsync(Socket socket)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            try
            {
                int n = await socket.ReceiveAsync(buffer, Limit);
                Assert.True(n > 0, $"The end came after {all.Length} bytes, and no reset.");
                all.Write(buffer, 0, n);
            }
            catch (SocketException e)
            {
                Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
                return all.ToArray();
            }
        }
    }

    /// <summary>Receives until both directions are over and the proxy has let go of every client.</summary>
    public async Task<bool> AllGoneAsync() => await Proxy.WaitAsync(p => p.ActiveConnection == 0, Limit);

    public static byte[] Bytes(int count, int seed = 7)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.StopAsync(TimeSpan.Zero);
        _sockets.ForEach(s => s.Dispose());
        _listening.Dispose();
        _loop?.Stop();
        _loop?.Join(TimeSpan.FromSeconds(5));
    }
}
