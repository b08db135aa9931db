using System.Net;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Loop;

/// <summary>What every loop must do, whatever the system's calls below it.</summary>
public class LoopTests
{
    public static TheoryData<LoopKind> Kinds => LoopPair.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_byte_of_much_data_comes_back(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => ScriptedHandler.Echo());
        byte[] sent = Bytes(8 * 1024 * 1024);
        ScriptedHandler client = new() { OnConnected = channel => channel.Send(sent) };
        await pair.ConnectAsync(client);
        await Eventually.TrueAsync(() => client.ReceivedCount >= sent.Length, "all bytes are back");
        Assert.True(sent.AsSpan().SequenceEqual(client.Received));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_does_not_read_costs_bounded_memory_and_loses_nothing(LoopKind kind)
    {
        const int Total = 64 * 1024 * 1024, Slice = 64 * 1024;
        int serverPending = 0;
        await using LoopPair pair = await LoopPair.StartAsync(kind,
            () => ScriptedHandler.Echo(channel => serverPending = Math.Max(serverPending, channel.PendingBytes)));
        byte[] slice = Bytes(Slice);
        long sent = 0, drains = 0, received = 0, wrong = 0;
        void Pump(Channel channel)
        {
            while (sent < Total && channel.PendingBytes == 0)
            {
                sent += Slice;
                channel.Send(slice);
            }
        }
        ScriptedHandler client = new()
        {
            OnConnected = channel =>
            {
                channel.PauseReading();
                Pump(channel);
            },
            OnDrained = channel =>
            {
                Interlocked.Increment(ref drains);
                Pump(channel);
            },
            OnData = (_, data) =>
            {
                foreach (byte b in data)
                {
                    wrong += b == slice[received++ % Slice] ? 0 : 1;
                }
            },
        };
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        // Stuck for good: the server waits for the client, so nothing moves in several looks.
        long last = -1;
        int still = 0;
        await Eventually.TrueAsync(() =>
        {
            long now = Interlocked.Read(ref drains);
            still = now == last ? still + 1 : 0;
            last = now;
            return still > 50;
        }, "the client is held back");
        Assert.True(Interlocked.Read(ref sent) < Total, "The server took everything from a client that reads nothing.");
        await LoopPair.RunAsync(pair.Client, mine.ResumeReading);
        await Eventually.TrueAsync(() => Interlocked.Read(ref received) >= Total, "all bytes are back");
        Assert.Equal(0, wrong);
        Assert.InRange(serverPending, 1, 256 * 1024);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_client_that_ended_its_sending_side_still_gets_the_reply(LoopKind kind)
    {
        byte[] reply = Bytes(3 * 1024 * 1024);
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler
        {
            OnInputEnded = channel =>
            {
                channel.Send(reply);
                channel.Close();
            },
        });
        ScriptedHandler client = new()
        {
            OnConnected = channel =>
            {
                channel.Send("question"u8);
                channel.ShutdownSend();
            },
            OnInputEnded = channel => channel.Close(),
        };
        await pair.ConnectAsync(client);
        ScriptedHandler server = await pair.AcceptedAsync();
        await client.InputEnded;
        Assert.Equal("question"u8.ToArray(), server.Received);
        Assert.True(reply.AsSpan().SequenceEqual(client.Received));
        Assert.Null(await client.Closed);
        Assert.Null(await server.Closed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reset_is_told_as_one(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        ScriptedHandler client = new();
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        ScriptedHandler server = await pair.AcceptedAsync();
        InvalidDataException reason = new("mine");
        await LoopPair.RunAsync(pair.Client, () => mine.Abort(reason));
        Assert.Same(reason, await client.Closed);
        Assert.Equal(NetError.PeerReset, Assert.IsType<NetException>(await server.Closed).Error);
        Assert.True(mine.IsClosed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Sending_to_a_peer_that_is_gone_closes_the_channel(LoopKind kind)
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
        await LoopPair.RunAsync(pair.Client, () => mine.Abort());
        await client.Closed;
        // Paused, it does not see the reset by reading.
        byte[] data = Bytes(1024);
        await Eventually.TrueAsync(() =>
        {
            pair.Server.Post(() => theirs.Send(data));
            return theirs.IsClosed;
        }, "the send fails");
        Assert.IsType<NetException>(await server.Closed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_paused_channel_gets_nothing_until_it_resumes(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler { OnConnected = channel => channel.Send("one"u8) });
        ScriptedHandler client = new() { OnConnected = channel => channel.PauseReading() };
        await pair.ConnectAsync(client);
        Channel mine = await client.Connected;
        ScriptedHandler server = await pair.AcceptedAsync();
        Channel theirs = await server.Connected;
        await LoopPair.RunAsync(pair.Server, () => theirs.Send("two"u8));
        // Some turns of the client's loop, for what could come by mistake.
        for (int i = 0; i < 100; i++)
        {
            await LoopPair.RunAsync(pair.Client, () => { });
        }
        Assert.Equal(0, client.ReceivedCount);
        await LoopPair.RunAsync(pair.Client, mine.ResumeReading);
        await Eventually.TrueAsync(() => client.ReceivedCount == 6, "all came");
        Assert.Equal("onetwo"u8.ToArray(), client.Received);
        await LoopPair.RunAsync(pair.Server, () => theirs.Send("three"u8));
        await Eventually.TrueAsync(() => client.ReceivedCount == 11, "reading goes on");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Paused_in_the_middle_of_much_data_it_goes_on_where_it_was(LoopKind kind)
    {
        byte[] sent = Bytes(4 * 1024 * 1024);
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler
        {
            OnConnected = channel =>
            {
                channel.Send(sent);
                channel.Close();
            },
        });
        MemoryStream received = new();
        ScriptedHandler client = new()
        {
            OnData = (channel, data) =>
            {
                received.Write(data);
                channel.PauseReading();
                channel.Loop.Post(channel.ResumeReading);
            },
        };
        await pair.ConnectAsync(client);
        await client.InputEnded;
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_refused_connection_says_so(LoopKind kind)
    {
        int port = PortFinder.Find(System.Net.Sockets.ProtocolType.Tcp, 1, null, null)[0];
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        ScriptedHandler client = new();
        await LoopPair.RunAsync(pair.Client, () => pair.Client.Connect(new IPEndPoint(IPAddress.Loopback, port), client));
        Assert.Equal(NetError.ConnectionRefused, Assert.IsType<NetException>(await client.Closed).Error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_lingering_close_does_not_take_the_last_reply_along(LoopKind kind)
    {
        // Closes with a reply at the first bytes, while the client still sends: closing over unread data would reset it.
        byte[] reply = Bytes(100_000);
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler
        {
            OnData = (channel, _) =>
            {
                channel.Send(reply);
                channel.Close(linger: true);
            },
        });
        byte[] sent = Bytes(2 * 1024 * 1024);
        ScriptedHandler client = new()
        {
            OnConnected = channel => channel.Send(sent),
            OnInputEnded = channel => channel.Close(),
        };
        await pair.ConnectAsync(client);
        ScriptedHandler server = await pair.AcceptedAsync();
        await client.InputEnded;
        Assert.True(reply.AsSpan().SequenceEqual(client.Received));
        Assert.Null(await client.Closed);
        Assert.Null(await server.Closed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_lingering_close_ends_although_the_peer_stays(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler { OnConnected = channel => channel.Close(linger: true) });
        ScriptedHandler client = new();
        await pair.ConnectAsync(client);
        ScriptedHandler server = await pair.AcceptedAsync();
        Assert.Null(await server.Closed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Work_posted_from_many_threads_all_runs_each_threads_in_order(LoopKind kind)
    {
        const int Threads = 4, Each = 5000;
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        int[] next = new int[Threads];
        int disorder = 0, run = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                int number = i;
                pair.Client.Post(() =>
                {
                    disorder += next[t]++ == number && pair.Client.IsInLoop ? 0 : 1;
                    run++;
                });
            }
        })));
        await LoopPair.RunAsync(pair.Client, () => { });
        Assert.Equal((Threads * Each, 0), (run, disorder));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_single_post_to_a_sleeping_loop_always_wakes_it(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        for (int i = 0; i < 20_000; i++)
        {
            await LoopPair.RunAsync(pair.Client, () => { });
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Timers_fire_in_the_order_of_their_times_and_not_when_cancelled(LoopKind kind)
    {
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => new ScriptedHandler());
        List<int> fired = [];
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await LoopPair.RunAsync(pair.Client, () =>
        {
            foreach (int delay in new[] { 60, 20, 40 })
            {
                pair.Client.Schedule(TimeSpan.FromMilliseconds(delay), _ => fired.Add(delay));
            }
            pair.Client.Schedule(TimeSpan.FromMilliseconds(30), _ => fired.Add(30)).Cancel();
            pair.Client.Schedule(TimeSpan.FromMilliseconds(80), _ => done.SetResult());
        });
        await done.Task.WaitAsync(Eventually.Limit);
        Assert.Equal([20, 40, 60], fired);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Many_connections_each_get_their_own_bytes(LoopKind kind)
    {
        const int Count = 500;
        await using LoopPair pair = await LoopPair.StartAsync(kind, () => ScriptedHandler.Echo());
        ScriptedHandler[] clients = new ScriptedHandler[Count];
        for (int i = 0; i < Count; i++)
        {
            byte[] message = Bytes(1000, i);
            clients[i] = new ScriptedHandler { OnConnected = channel => channel.Send(message) };
            await pair.ConnectAsync(clients[i]);
        }
        for (int i = 0; i < Count; i++)
        {
            ScriptedHandler client = clients[i];
            await Eventually.TrueAsync(() => client.ReceivedCount == 1000, $"client {i} got its bytes");
            Assert.Equal(Bytes(1000, i), client.Received);
        }
        foreach (ScriptedHandler client in clients)
        {
            Channel channel = await client.Connected;
            pair.Client.Post(() => channel.Close());
            Assert.Null(await client.Closed);
        }
    }

    [Fact]
    public async Task A_loop_that_ends_closes_what_is_left()
    {
        ScriptedHandler client = new();
        LoopPair pair = await LoopPair.StartAsync(LoopKind.Completion, () => new ScriptedHandler());
        await pair.ConnectAsync(client);
        ScriptedHandler server = await pair.AcceptedAsync();
        await client.Connected;
        await pair.DisposeAsync();
        await client.Closed;
        await server.Closed;
    }

    private static byte[] Bytes(int count, int seed = 0)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void A_call_to_a_loop_that_is_over_writes_into_nobodys_file()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        string path = Path.GetTempFileName();
        try
        {
            List<EventLoop> over = [];
            for (int i = 0; i < 20; i++)
            {
                EventLoop loop = EventLoop.Start(new EpollLoop());
                loop.Stop();
                loop.Join(TimeSpan.FromSeconds(30));
                over.Add(loop);
            }
            // One of these has the descriptor that each loop was woken with, unless another thread was faster.
            List<FileStream> files = [.. Enumerable.Range(0, 40).Select(_ => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0))];
            over.ForEach(loop => loop.Post(() => { }));
            files.ForEach(file => file.Dispose());
            Assert.Equal(0, new FileInfo(path).Length);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
