using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Loop;

/// <summary>What a loop does when peers, handlers and the system do what they should not.</summary>
public class LoopFaultTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reset_ends_a_paused_channel(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler { OnConnected = channel => channel.PauseReading() });
        ScriptedHandler client = new();
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        ScriptedHandler server = await pair.AcceptedAsync();
        await LoopPair.RunAsync(pair.Client, () => mine.Abort());
        Assert.Equal(NetError.PeerReset, Assert.IsType<NetException>(await server.Closed).Error);
    }

    [Fact]
    public async Task A_reset_ends_a_channel_that_pauses_at_the_bytes_before_it()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        await using LoopPair pair = await LoopPair.StartAsync(LoopKind.Epoll, () => new ScriptedHandler { OnData = (channel, _) => channel.PauseReading() });
        ScriptedHandler client = new();
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        ScriptedHandler server = await pair.AcceptedAsync();
        await WhileHeldAsync(pair.Server, () => SendAndResetAsync(pair, mine));
        Assert.Equal(NetError.PeerReset, Assert.IsType<NetException>(await server.Closed).Error);
        Assert.Equal(4, server.ReceivedCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Bytes_before_a_reset_come_first_where_reading_goes_on(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        ScriptedHandler client = new();
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        ScriptedHandler server = await pair.AcceptedAsync();
        await WhileHeldAsync(pair.Server, () => SendAndResetAsync(pair, mine));
        Assert.Equal(NetError.PeerReset, Assert.IsType<NetException>(await server.Closed).Error);
        Assert.Equal("last"u8.ToArray(), server.Received);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_channel_that_keeps_what_is_unread_tells_a_reset_after_it(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler
        {
            OnConnected = channel =>
            {
                channel.KeepsUnreadOnReset = true;
                channel.PauseReading();
            },
        });
        ScriptedHandler client = new();
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        ScriptedHandler server = await pair.AcceptedAsync();
        Channel theirs = await server.Connected;
        await SendAndResetAsync(pair, mine);
        for (int i = 0; i < 100; i++)
        {
            await LoopPair.RunAsync(pair.Server, () => { });
        }
        Assert.False(theirs.IsClosed);
        await LoopPair.RunAsync(pair.Server, theirs.ResumeReading);
        Assert.Equal(NetError.PeerReset, Assert.IsType<NetException>(await server.Closed).Error);
        Assert.Equal("last"u8.ToArray(), server.Received);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Urgent_bytes_stall_nothing_and_are_in_the_stream(LoopKind kind)
    {
        // All in the socket at once: the system ends a receive at the urgent byte, and no event follows.
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler { OnConnected = channel => channel.PauseReading() });
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(pair.EndPoint);
        ScriptedHandler server = await pair.AcceptedAsync();
        Channel theirs = await server.Connected;
        SendUrgently(client);
        for (int i = 0; i < 100; i++)
        {
            await LoopPair.RunAsync(pair.Server, () => { });
        }
        await LoopPair.RunAsync(pair.Server, theirs.ResumeReading);
        await Eventually.TrueAsync(() => server.ReceivedCount == 8, "all bytes are there");
        // And while they come.
        for (int i = 2; i <= 100; i++)
        {
            SendUrgently(client);
            await Eventually.TrueAsync(() => server.ReceivedCount == 8 * i, "all bytes are there");
        }
        Assert.Equal(Enumerable.Repeat("abc!def\n"u8.ToArray(), 100).SelectMany(b => b), server.Received);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_channel_knows_when_bytes_last_came_and_went(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler { OnConnected = channel => channel.PauseReading() });
        ScriptedHandler client = new();
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        ScriptedHandler server = await pair.AcceptedAsync();
        Channel theirs = await server.Connected;
        await LoopPair.RunAsync(pair.Client, () => mine.Send(new byte[64 * 1024 * 1024]));
        // Once the system's buffers are full nothing moves, whatever else is sent.
        long last = 0, since = Environment.TickCount64;
        await Eventually.TrueAsync(() =>
        {
            pair.Client.Post(() => mine.Send("more"u8));
            if (mine.LastTaken != last)
            {
                (last, since) = (mine.LastTaken, Environment.TickCount64);
            }
            return Environment.TickCount64 - since > 300;
        }, "the system takes nothing more");
        long received = theirs.LastReceived;
        await LoopPair.RunAsync(pair.Server, theirs.ResumeReading);
        await Eventually.TrueAsync(() => mine.LastTaken > last && theirs.LastReceived > received, "it goes on");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Handlers_that_throw_cost_their_own_connection_only(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        Socket socket = TcpBinding.Listen(IPAddress.Loopback, 0, 512);
        IPEndPoint endPoint = (IPEndPoint)socket.LocalEndPoint!;
        Clumsy clumsy = new();
        await LoopPair.RunAsync(pair.Server, () => pair.Server.Listen(socket, clumsy));
        Socket[] sockets = Enumerable.Range(0, Clumsy.Ways * 3).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();
        // In the backlog together, so that those behind one that fails have no event of their own.
        await WhileHeldAsync(pair.Server, () => Task.WhenAll(sockets.Select(s => s.ConnectAsync(endPoint))));
        foreach (Socket client in sockets)
        {
            // The ways that do not fail before it fail here.
            try
            {
                await client.SendAsync("x"u8.ToArray());
                Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(Eventually.Limit));
            }
            catch (SocketException e)
            {
                Assert.Contains(e.SocketErrorCode, new[] { SocketError.ConnectionReset, SocketError.ConnectionAborted, SocketError.Shutdown });
            }
            client.Dispose();
        }
        Assert.Equal(sockets.Length, clumsy.Asked);
        ScriptedHandler after = new() { OnConnected = channel => channel.Close() };
        await pair.ConnectAsync(after);
        await after.Closed;
    }

    [Fact]
    public async Task An_accept_that_fails_for_good_does_not_spin()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        await using LoopPair pair = await LoopPair.StartAsync(LoopKind.Epoll, () => new ScriptedHandler());
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Clumsy acceptor = new();
        // It does not listen: accept says EINVAL, now and ever.
        IDisposable listening = await LoopPair.RunAsync(pair.Server, () => pair.Server.Listen(socket, acceptor));
        await Eventually.TrueAsync(() => acceptor.Failures.Count >= 3, "it is tried again, and the loop lives");
        await LoopPair.RunAsync(pair.Server, listening.Dispose);
    }

    [Theory]
    [InlineData(103, true)] // ECONNABORTED
    [InlineData(71, true)] // EPROTO
    [InlineData(100, true)] // ENETDOWN
    [InlineData(113, true)] // EHOSTUNREACH
    [InlineData(4, true)] // EINTR
    [InlineData(12, false)] // ENOMEM
    [InlineData(24, false)] // EMFILE
    [InlineData(23, false)] // ENFILE
    [InlineData(105, false)] // ENOBUFS
    [InlineData(1, false)] // EPERM
    [InlineData(22, false)] // EINVAL
    [InlineData(11, false)] // EAGAIN
    public void Only_errors_of_one_connection_are_passed_over_at_once(int errno, bool passed)
    {
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(passed, EpollAcceptor.IsOfOneConnection(errno));
        }
    }

    private static void SendUrgently(Socket client)
    {
        client.Send("abc"u8);
        client.Send("!"u8, SocketFlags.OutOfBand);
        client.Send("def\n"u8);
    }

    private static Task SendAndResetAsync(LoopPair pair, Channel channel) => LoopPair.RunAsync(pair.Client, () =>
    {
        channel.Send("last"u8);
        channel.Abort();
    });

    // What happens meanwhile reaches the loop in one piece.
    private static async Task WhileHeldAsync(EventLoop loop, Func<Task> work)
    {
        using ManualResetEventSlim go = new();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            held.SetResult();
            go.Wait(Eventually.Limit);
        });
        try
        {
            // What is begun before the loop stands still may be answered by it.
            await held.Task.WaitAsync(Eventually.Limit);
            await work();
        }
        finally
        {
            go.Set();
            await LoopPair.RunAsync(loop, () => { });
        }
    }

    /// <summary>Throws wherever it is called, each time at another place.</summary>
    private sealed class Clumsy : IAcceptor, IChannelHandler
    {
        public const int Ways = 4;

        private int _asked;

        public int Asked => _asked;

        public ConcurrentQueue<SocketError> Failures { get; } = new();

        public IChannelHandler? OnAccept(IPEndPoint remote) =>
            _asked++ % Ways == 0 ? throw new InvalidDataException("OnAccept") : this;

        public void OnAccepted(Channel channel) => ThrowAt(1, "OnAccepted");

        public void OnAcceptFailed(SocketError error)
        {
            Failures.Enqueue(error);
            throw new InvalidDataException("OnAcceptFailed");
        }

        public void OnConnected(Channel channel) => ThrowAt(2, "OnConnected");

        public void OnData(Channel channel, ReadOnlySpan<byte> data) => throw new InvalidDataException("OnData");

        public void OnInputEnded(Channel channel) => throw new InvalidDataException("OnInputEnded");

        public void OnDrained(Channel channel) => throw new InvalidDataException("OnDrained");

        public void OnClosed(Channel channel, Exception? reason) => throw new InvalidDataException("OnClosed");

        private void ThrowAt(int way, string what)
        {
            if ((_asked - 1) % Ways == way)
            {
                throw new InvalidDataException(what);
            }
        }
    }
}
