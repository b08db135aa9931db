using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Chat;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>Hundreds of chat peers on one machine: how long until all know all, and whether every message arrives, once.</summary>
internal sealed class ChatArea : IBenchmarkArea
{
    private const int Peers = 500;

    public string Name => "chat";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        Table table = new($"{Peers} chat peers on loopback", "what", "count", "seconds", "a second", "sent again");
        bool correct = true;
        List<ChatPeer> peers = [];
        try
        {
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < Peers; i++)
            {
                peers.Add(await ChatPeer.StartAsync(new ChatPeerOptions { UserName = $"user{i}", HostName = "box", Port = 0, Peer = [.. peers.Select(p => $"127.0.0.1:{p.Port}")] }, cancellationToken));
            }
            foreach (ChatPeer peer in peers)
            {
                await KnowsAllAsync(peer, cancellationToken);
            }
            Row("know each other", Peers * (Peers - 1L), begun, 0);

            begun = Stopwatch.GetTimestamp();
            ChatMessage[] sent = await Task.WhenAll(peers.SelectMany(from => peers.Where(to => to != from).Select(to => from.SendAsync($"{to.UserName}@box", $"{from.UserName} to {to.UserName}", null, cancellationToken))));
            foreach (ChatMessage message in sent)
            {
                await ChatPeer.WaitForAsync(message, ChatMessageState.Delivered, TimeSpan.FromMinutes(5), cancellationToken);
            }
            Row("a message to each", sent.Length, begun, sent.Sum(m => m.Attempt - 1L));
            foreach (ChatPeer to in peers)
            {
                string[] got = [.. to.Inbox.Snapshot().Select(m => m.Text!)];
                if (got.Length != Peers - 1 || got.Distinct().Count() != Peers - 1)
                {
                    correct = false;
                    Console.WriteLine($"WRONG: {to.UserName} has got {got.Length} messages, {got.Distinct().Count()} different ones, of {Peers - 1}.");
                }
            }

            begun = Stopwatch.GetTimestamp();
            const int Turns = 20_000;
            for (int i = 0; i < Turns; i++)
            {
                ChatMessage message = await peers[0].SendAsync("user1@box", "ping", null, cancellationToken);
                await ChatPeer.WaitForAsync(message, ChatMessageState.Delivered, TimeSpan.FromMinutes(1), cancellationToken);
            }
            Row("one after the other, to one", Turns, begun, 0);
        }
        finally
        {
            await Task.WhenAll(peers.Select(p => p.StopAsync(TimeSpan.Zero)));
        }
        table.Print();
        return correct;

        void Row(string what, long count, long begun, long again)
        {
            double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            table.Add(what, count.ToString("N0", CultureInfo.InvariantCulture), seconds.ToString("0.00", CultureInfo.InvariantCulture), (count / seconds).ToString("N0", CultureInfo.InvariantCulture), again.ToString("N0", CultureInfo.InvariantCulture));
        }
    }

    private static async Task KnowsAllAsync(ChatPeer peer, CancellationToken cancellationToken)
    {
        using ChatSubscription events = peer.Subscribe();
        while (peer.UserCount < Peers - 1)
        {
            await events.Reader.ReadAsync(cancellationToken);
        }
    }
}
