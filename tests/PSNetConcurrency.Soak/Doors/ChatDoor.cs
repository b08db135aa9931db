using System.Net;
using System.Text;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Tests;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>A chat peer, its datagrams and the port that it offers files on.</summary>
internal sealed class ChatDoor : IDoor
{
    // Entry, answer, exit, message with receipt, sealed, with files; receipt, opened, absence; list, information.
    private static readonly string[] Packets =
    [
        "1:100:eve:box:1:Eve\0group\0", "1:101:eve:box:3:Eve", "1:102:eve:box:2:Eve", "1:103:eve:box:288:hello\0", "1:104:eve:box:800:sealed\0",
        "1:105:eve:box:2097440:files\00:a.txt:3000:65a0f000:1:\a1:dir:0:65a0f000:2:\a\0", "1:106:eve:box:33:100", "1:107:eve:box:48:100", "1:108:eve:box:4:Eve\0group\0",
        "1:109:eve:box:64:", "1:110:eve:box:80:", "1:111:eve:box:96:64:0:0:", "1:112:eve:box:98:64:0", "1_lbt4_0#128#000000000000#0#0#0#4001#9:113:eve:box:6291459:Eve\0\0\nUN:eve\nHN:box\nNN:Eve\nGN:group",
    ];

    private ChatPeer? _peer;

    public string Name => "chat";

    private ChatPeer Peer => _peer!;

    private int Port => Peer.Port;

    public async Task StartAsync(CancellationToken stop) =>
        _peer = await ChatPeer.StartAsync(new ChatPeerOptions { UserName = "ann", HostName = "box", Port = 0, MaximumUser = 100, MaximumInbox = 100, RetryInterval = TimeSpan.FromMilliseconds(50), MaximumAttempt = 2 }, stop);

    public async Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        byte[][] all = [.. Enumerable.Range(0, 100).Select(_ => round.Random.Next(6) == 0 ? hostile.Noise() : hostile.Mutate(Encoding.UTF8.GetBytes(Packets[round.Random.Next(Packets.Length)])))];
        Stranger.Throw(Peer.LocalEndPoint, all);
        Array.ForEach(all, b => tried.Add(b.Length));
        for (int i = 0; i < 5; i++)
        {
            byte[] request = hostile.Mutate(Encoding.UTF8.GetBytes(Packets[round.Random.Next(11, 13)]));
            await Stranger.TellAsync(Peer.LocalEndPoint, request, round.Random, round.Stop);
            tried.Add(request.Length);
        }
    }

    public async Task ServeAsync(Round round)
    {
        byte[] entry = Encoding.UTF8.GetBytes($"1:{round.Number + 1}:bob:honest:1:Bob\0group\0");
        // An entry is answered with the peer's own name, within the bounds of what strangers may make it send.
        await Stranger.AskAsync(new IPEndPoint(IPAddress.Loopback, Port), entry, a => Encoding.UTF8.GetString(a).Split(':', 6) is [_, _, "ann", _, string command, _] && (uint.Parse(command, null) & 0xff) == 3, round.Stop);
        SoakException.Require(Peer.Users.Count <= 100, $"{Peer.Users.Count} users are known, where 100 are the most.");
        SoakException.Require(Peer.Inbox.Snapshot().Length <= 100, "More messages wait than may.");
    }

    public async Task SettleAsync(CancellationToken stop)
    {
        await Peer.SettleAsync(hasClients: true);
        while (Peer.Inbox.TryTake(out _))
        {
        }
    }

    public async ValueTask DisposeAsync() => await Peer.EndAsync();
}
