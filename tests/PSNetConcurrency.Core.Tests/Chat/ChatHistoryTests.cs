using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Chat.History;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Tests.Transfer;

namespace PSNetConcurrency.Core.Tests.Chat;

public class ChatHistoryTests
{
    [Fact]
    public async Task Messages_are_kept_with_what_became_of_them()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "history.jsonl");
        await using (ChatRig rig = new())
        {
            ChatPeer ann = await rig.StartAsync("ann", o => o with { HistoryPath = path });
            ChatPeer bob = await rig.StartAsync("bob", ann);
            await ChatRig.KnowsAsync(bob, "ann");
            await ChatRig.KnowsAsync(ann, "bob");
            await ChatRig.UntilAsync(await ann.SendAsync("bob", "line\n\"quoted\" é"), ChatMessageState.Delivered);
            await bob.SendAsync("ann", "hidden", new ChatSendOptions { Sealed = true });
            ChatMessage sealedOne = await ChatRig.NextAsync(ann);
            await ann.SendAsync("carol@box", "never");
            // Not opened yet: not readable in the file either.
            await bob.SendAsync("ann", "opened", new ChatSendOptions { Sealed = true });
            await ann.OpenAsync(await ChatRig.NextAsync(ann));
            Assert.Null(sealedOne.Text);
        }
        Assert.DoesNotContain("hidden", File.ReadAllText(path));
        ChatMessage[] kept = [.. HistoryReader.Read(path)];
        Assert.Equal([("line\n\"quoted\" é", ChatMessageState.Delivered), (null, ChatMessageState.Delivered), ("never", ChatMessageState.Failed), ("opened", ChatMessageState.Read)], kept.Select(m => (m.Text, m.State)));
        Assert.Equal(("ann@box", "bob@box", ChatDirection.Sent, 1), (kept[0].From, kept[0].To, kept[0].Direction, kept[0].Attempt));
        Assert.NotNull(kept[0].DeliveredAt);
        Assert.Contains("stopped", kept[2].Error);
    }

    [Fact]
    public async Task A_last_line_that_was_cut_spoils_nothing()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "history.jsonl");
        for (int i = 0; i < 2; i++)
        {
            await using ChatRig rig = new();
            ChatPeer ann = await rig.StartAsync("ann", o => o with { HistoryPath = path });
            await ann.SendAsync("bob@box", $"message {i}");
            await ann.StopAsync(TimeSpan.Zero);
            File.AppendAllText(path, "{\"type\":\"message\",\"id\":\"cut");
        }
        Assert.Equal(["message 0", "message 1"], HistoryReader.Read(path).Select(m => m.Text!));
    }

    [Theory]
    [InlineData("[]\n1\nnull\n\"x\"\n{}\n{\"type\":5}\n{\"type\":\"message\",\"id\":7}\n{\"type\":\"message\",\"id\":\"a\",\"time\":\"never\",\"from\":\"a\",\"to\":\"b\",\"direction\":\"Sent\",\"state\":\"Sent\"}\n")]
    [InlineData("")]
    [InlineData("\0\0\0\n\n\n")]
    public void What_is_no_history_holds_no_messages(string text)
    {
        using TemporaryFolder folder = new();
        Assert.Empty(HistoryReader.Read(folder.Write(System.Text.Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData(""" "text":"\ud800","state":"Sent" """)]
    [InlineData(""" "text":5,"error":"\udc00","state":"Sent","files":[{"name":"\ud800","length":"5"},{"length":1e99},7] """)]
    public void What_is_no_text_and_no_number_is_left_out(string rest)
    {
        using TemporaryFolder folder = new();
        string head = """ {"id":"a","time":"2030-01-01T00:00:00Z","from":"ann@box","to":"bob@box","direction":"Sent", """.Trim();
        string[] lines = [$"{head}\"type\":\"message\",{rest}}}", $"{head}\"type\":\"state\",\"attempt\":\"2\",{rest}}}"];
        ChatMessage message = Assert.Single(HistoryReader.Read(folder.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)))));
        Assert.Equal((null, 0, ChatMessageState.Sent), (message.Text, message.Attempt, message.State));
        Assert.All(message.File, f => Assert.Equal((0, ""), (f.Length, f.Name)));
    }

    [Fact]
    public async Task Two_peers_do_not_write_one_history_and_readers_are_welcome()
    {
        using TemporaryFolder folder = new();
        await using ChatRig rig = new();
        string path = Path.Combine(folder.Path, "history.jsonl");
        ChatPeer ann = await rig.StartAsync("ann", o => o with { HistoryPath = path });
        NetException e = await Assert.ThrowsAsync<NetException>(() => rig.StartAsync("bob", o => o with { HistoryPath = path }));
        Assert.Equal(NetError.FileFailure, e.Error);
        Assert.Contains("another", e.Message, StringComparison.Ordinal);
        await ann.SendAsync("carol@box", "kept");
        await Eventually.TrueAsync(() => HistoryReader.Read(path).Any(), "it is read while it is written");
        await ann.StopAsync(TimeSpan.Zero);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        // What a writer that was killed left behind keeps nobody out.
        File.WriteAllText(HistoryWriter.LockOf(path), "");
        ChatPeer again = await rig.StartAsync("ann", o => o with { HistoryPath = path });
        await again.SendAsync("carol@box", "kept too");
        await again.StopAsync(TimeSpan.Zero);
        Assert.Equal(["kept", "kept too"], HistoryReader.Read(path).Select(m => m.Text!));
    }

    [Fact]
    public async Task A_history_that_can_t_be_written_is_told_at_once()
    {
        using TemporaryFolder folder = new();
        NetException e = await Assert.ThrowsAsync<NetException>(() => ChatPeer.StartAsync(new ChatPeerOptions { Port = 0, HistoryPath = Path.Combine(folder.Path, "no", "such", "folder") }, CancellationToken.None));
        Assert.Equal(NetError.FileNotFound, e.Error);
    }
}
