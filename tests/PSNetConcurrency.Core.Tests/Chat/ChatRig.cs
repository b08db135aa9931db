using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Chat;

/// <summary>Chat peers on loopback that end with their test.</summary>
internal sealed class ChatRig : IAsyncDisposable
{
    private readonly List<ChatPeer> _peers = [];

    /// <summary>A peer that calls those given.</summary>
    public Task<ChatPeer> StartAsync(string user, params ChatPeer[] peers) => StartAsync(user, o => o, peers);

    public async Task<ChatPeer> StartAsync(string user, Func<ChatPeerOptions, ChatPeerOptions> with, params ChatPeer[] peers)
    {
        ChatPeer peer = await ChatPeer.StartAsync(with(new ChatPeerOptions { UserName = user, HostName = "box", Port = 0, RetryInterval = TimeSpan.FromMilliseconds(50), MaximumAttempt = 10, Peer = [.. peers.Select(p => $"127.0.0.1:{p.Port}")] }), CancellationToken.None);
        lock (_peers)
        {
            _peers.Add(peer);
        }
        return peer;
    }

    /// <summary>Two peers that know each other.</summary>
    public async Task<(ChatPeer Ann, ChatPeer Bob)> PairAsync()
    {
        ChatPeer ann = await StartAsync("ann");
        ChatPeer bob = await StartAsync("bob", ann);
        await KnowsAsync(ann, "bob");
        await KnowsAsync(bob, "ann");
        return (ann, bob);
    }

    public static Task KnowsAsync(ChatPeer peer, string user, ChatUserStatus status = ChatUserStatus.Online) =>
        Eventually.TrueAsync(() => peer.Users.Any(u => u.Name == user && u.Status == status), $"{peer.UserName} knows {user} as {status}");

    /// <summary>The next message that the peer has got.</summary>
    public static async Task<ChatMessage> NextAsync(ChatPeer peer)
    {
        using CancellationTokenSource limit = new(Eventually.Limit);
        Assert.True(await peer.Inbox.WaitAsync(limit.Token));
        Assert.True(peer.Inbox.TryTake(out ChatMessage? message));
        return message;
    }

    public static Task UntilAsync(ChatMessage message, ChatMessageState state) => ChatPeer.WaitForAsync(message, state, Eventually.Limit);

    public async ValueTask DisposeAsync()
    {
        foreach (ChatPeer peer in _peers)
        {
            await peer.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
        }
    }
}

/// <summary>Another program: packets as bytes.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public RawPeer(string address = "127.0.0.1") => _socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public void Send(ChatPeer to, string packet) => Send(to, Encoding.UTF8.GetBytes(packet));

    public void Send(ChatPeer to, byte[] packet) => _socket.SendTo(packet, to.LocalEndPoint);

    /// <summary>The next packet.</summary>
    public async Task<string> NextAsync()
    {
        byte[] buffer = new byte[65536];
        using CancellationTokenSource limit = new(Eventually.Limit);
        return Encoding.UTF8.GetString(buffer.AsSpan(0, await _socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, limit.Token)));
    }

    /// <summary>The next packet of a command; others are passed over.</summary>
    public async Task<string[]> NextAsync(int command)
    {
        while (true)
        {
            string[] parts = (await NextAsync()).Split(':', 6);
            if ((uint.Parse(parts[4], System.Globalization.CultureInfo.InvariantCulture) & 0xff) == command)
            {
                return parts;
            }
        }
    }

    /// <summary>How many packets wait now, and their bytes.</summary>
    public (int Packets, int Bytes) Drain()
    {
        byte[] buffer = new byte[65536];
        (int packets, int bytes) = (0, 0);
        while (_socket.Available > 0)
        {
            bytes += _socket.Receive(buffer);
            packets++;
        }
        return (packets, bytes);
    }

    public void Dispose() => _socket.Dispose();
}
