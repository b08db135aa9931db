using System.Net;
using System.Text;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Chat.Engine;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Chat;

public class ChatPeerTests
{
    [Fact]
    public async Task Peers_know_each_other_by_an_entry_and_its_answer()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { NickName = "Ännchen", GroupName = "Büro" });
        ChatPeer bob = await rig.StartAsync("bob", ann);
        await ChatRig.KnowsAsync(ann, "bob");
        await ChatRig.KnowsAsync(bob, "ann");
        ChatUser seen = Assert.Single(bob.Users);
        Assert.Equal(("ann", "Ännchen", "Büro", "box", ann.Port, true), (seen.Name, seen.NickName, seen.Group, seen.Host, seen.Port, seen.SupportsUtf8));
        Assert.Equal(IPAddress.Loopback, Assert.Single(seen.Address));
    }

    [Fact]
    public async Task A_message_is_delivered_once_and_confirmed()
    {
        await using ChatRig rig = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        ChatMessage sent = await bob.SendAsync("ann", "Grüße\r\n漢字 🐧");
        await ChatRig.UntilAsync(sent, ChatMessageState.Delivered);
        ChatMessage got = await ChatRig.NextAsync(ann);
        Assert.Equal(("bob@box", "Grüße\n漢字 🐧", ChatMessageState.Delivered, false), (got.From, got.Text, got.State, got.Sealed));
        Assert.Equal(1, sent.Attempt);
        Assert.NotNull(sent.DeliveredAt);
        Assert.Empty(ann.Inbox.Snapshot());
    }

    [Fact]
    public async Task Messages_come_in_the_order_they_were_written()
    {
        await using ChatRig rig = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        ChatMessage[] sent = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => bob.SendAsync("ann@box", $"{i}")));
        await ChatRig.UntilAsync(sent[^1], ChatMessageState.Delivered);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}").Order(), ann.Inbox.Snapshot().Select(m => m.Text!).Order());
        Assert.Equal(ann.Inbox.Snapshot().Select(m => m.PacketNumber).Order(), ann.Inbox.Snapshot().Select(m => m.PacketNumber));
    }

    [Fact]
    public async Task A_message_that_comes_again_is_confirmed_again_and_shown_once()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new(), elsewhere = new("127.0.0.2");
        for (int i = 0; i < 3; i++)
        {
            raw.Send(ann, "1:100:shirouzu:jupiter:288:Hello");
            Assert.Equal("100", (await raw.NextAsync(0x21))[5]);
        }
        // The same over another of the user's addresses.
        elsewhere.Send(ann, "1:100:shirouzu:jupiter:288:Hello");
        Assert.Equal("100", (await elsewhere.NextAsync(0x21))[5]);
        raw.Send(ann, "1:101:shirouzu:jupiter:288:Bye");
        await raw.NextAsync(0x21);
        Assert.Equal(["Hello", "Bye"], ann.Inbox.Snapshot().Select(m => m.Text!));
        ChatUser user = Assert.Single(ann.Users);
        Assert.Equal(["127.0.0.1", "127.0.0.2"], user.Address.Select(a => a.ToString()));
    }

    [Fact]
    public async Task A_program_that_was_started_anew_may_count_from_the_beginning()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new();
        foreach ((int entry, string text) in new[] { (5, "before"), (1, "after") })
        {
            raw.Send(ann, $"iptux 0.8.0:{entry}:tux:box:257:Tux");
            await raw.NextAsync(0x03);
            raw.Send(ann, $"iptux 0.8.0:6:tux:box:288:{text}");
            await raw.NextAsync(0x21);
            raw.Send(ann, "iptux 0.8.0:7:tux:box:288:more");
            await raw.NextAsync(0x21);
        }
        Assert.Equal(["before", "more", "after", "more"], ann.Inbox.Snapshot().Select(m => m.Text!));
    }

    [Fact]
    public void Numbers_are_remembered_for_a_time_and_forgotten_with_a_new_beginning()
    {
        RecentNumbers numbers = new();
        numbers.AddEntry(1, 0);
        Assert.True(numbers.Add(2, 10));
        // The same entry over another broadcast address, late.
        numbers.AddEntry(1, 900);
        Assert.False(numbers.Add(2, 910));
        // The same number a while later: the program was started anew.
        numbers.AddEntry(1, 5000);
        Assert.True(numbers.Add(2, 5010));
        Assert.False(numbers.Add(2, 5011));
        Assert.True(numbers.Add(2, 5010 + (11 * 60 * 1000)));
        for (int i = 0; i < 10 * RecentNumbers.Capacity; i++)
        {
            Assert.True(numbers.Add(100 + i, 6_000_000));
        }
        Assert.True(numbers.Add(100, 6_000_000));
    }

    [Fact]
    public async Task What_is_not_confirmed_is_sent_again_and_then_given_up()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { RetryInterval = TimeSpan.FromMilliseconds(10), MaximumAttempt = 4 });
        using RawPeer raw = new();
        raw.Send(ann, "1:100:shirouzu:jupiter:1:Shirouzu");
        await ChatRig.KnowsAsync(ann, "shirouzu");
        ChatMessage message = await ann.SendAsync("Shirouzu", "are you there?");
        string[] first = await raw.NextAsync(0x20);
        for (int i = 1; i < 4; i++)
        {
            Assert.Equal(first, await raw.NextAsync(0x20));
        }
        NetException e = await Assert.ThrowsAsync<NetException>(() => ChatRig.UntilAsync(message, ChatMessageState.Delivered));
        Assert.Equal((NetError.NotDelivered, ChatMessageState.Failed, 4), (e.Error, message.State, message.Attempt));
        await ChatRig.KnowsAsync(ann, "shirouzu", ChatUserStatus.Offline);
        // A receipt that comes too late changes nothing.
        raw.Send(ann, $"1:101:shirouzu:jupiter:33:{first[1]}");
        await ChatRig.KnowsAsync(ann, "shirouzu");
        Assert.Equal(ChatMessageState.Failed, message.State);
    }

    [Fact]
    public async Task Who_is_not_there_gets_his_messages_when_he_comes()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        ChatMessage never = await ann.SendAsync("bob@box", "for the first time");
        Assert.Equal(ChatMessageState.Queued, never.State);
        Assert.Empty(ann.Users);
        ChatPeer bob = await rig.StartAsync("bob", ann);
        await ChatRig.UntilAsync(never, ChatMessageState.Delivered);
        await bob.StopAsync(TimeSpan.Zero);
        await ChatRig.KnowsAsync(ann, "bob", ChatUserStatus.Offline);
        ChatMessage[] later = [await ann.SendAsync("bob", "one"), await ann.SendAsync("bob", "two")];
        Assert.All(later, m => Assert.Equal(ChatMessageState.Queued, m.State));
        bob = await rig.StartAsync("bob", ann);
        await ChatRig.UntilAsync(later[1], ChatMessageState.Delivered);
        Assert.Equal(["one", "two"], bob.Inbox.Snapshot().Select(m => m.Text!));
    }

    [Fact]
    public async Task A_sealed_message_is_read_when_it_is_opened_and_not_before()
    {
        await using ChatRig rig = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        ChatMessage sent = await bob.SendAsync("ann", "secret", new ChatSendOptions { Sealed = true });
        await ChatRig.UntilAsync(sent, ChatMessageState.Delivered);
        ChatMessage got = await ChatRig.NextAsync(ann);
        Assert.True(got.Sealed);
        Assert.Null(got.Text);
        Assert.DoesNotContain("secret", got.ToString());
        Assert.Equal(ChatMessageState.Delivered, sent.State);
        await ann.OpenAsync(got);
        Assert.Equal("secret", got.Text);
        await ChatRig.UntilAsync(sent, ChatMessageState.Read);
        Assert.NotNull(sent.ReadAt);
    }

    [Fact]
    public async Task The_opening_is_told_until_it_is_confirmed()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new();
        raw.Send(ann, $"1:100:shirouzu:jupiter:{0x20 | 0x100 | 0x200 | 0x100000}:sealed");
        await ann.OpenAsync(await ChatRig.NextAsync(ann));
        string[] told = await raw.NextAsync(0x30);
        Assert.Equal(("100", 0x100000u), (told[5], uint.Parse(told[4], null) & 0x100000));
        Assert.Equal(told, await raw.NextAsync(0x30));
        raw.Send(ann, $"1:101:shirouzu:jupiter:50:{told[1]}");
        await Eventually.TrueAsync(() => !ann.Service.IsBusy, "the telling is confirmed");
    }

    [Theory]
    [InlineData(0x2000)]
    [InlineData(0x400)]
    public async Task Automatic_and_broadcast_messages_get_no_receipt(int option)
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new();
        raw.Send(ann, "1:99:shirouzu:jupiter:1:S");
        await raw.NextAsync(0x03);
        raw.Send(ann, $"1:100:shirouzu:jupiter:{0x20 | 0x100 | option}:Hello");
        raw.Send(ann, $"1:101:shirouzu:jupiter:{0x20 | 0x100}:Hello");
        Assert.Equal("101", (await raw.NextAsync(0x21))[5]);
        Assert.Equal(2, ann.Inbox.Snapshot().Length);
    }

    [Fact]
    public async Task Absence_is_told_with_its_text()
    {
        await using ChatRig rig = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        await ann.SetStatusAsync(true, "at lunch", nickName: "Ann away", groupName: "canteen");
        await Eventually.TrueAsync(() => bob.Users.Single() is { Status: ChatUserStatus.Absent, AbsenceText: "at lunch", NickName: "Ann away", Group: "canteen" }, "bob sees ann's absence");
        await ann.SetStatusAsync(false);
        await Eventually.TrueAsync(() => bob.Users.Single() is { Status: ChatUserStatus.Online, AbsenceText: null }, "bob sees ann back");
        using RawPeer raw = new();
        raw.Send(ann, "1:100:shirouzu:jupiter:80:");
        Assert.Equal("Not absence mode", (await raw.NextAsync(0x51))[5]);
        raw.Send(ann, "1:101:shirouzu:jupiter:64:");
        Assert.StartsWith("PSNetConcurrency", (await raw.NextAsync(0x41))[5]);
    }

    [Fact]
    public async Task A_program_of_another_encoding_is_understood_and_answered_in_it()
    {
        Encoding sjis = IpmsgText.FindEncoding("shift_jis")!;
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { Encoding = sjis });
        using RawPeer raw = new();
        raw.Send(ann, sjis.GetBytes("1:100:shirouzu:jupiter:1:白水\0開発部"));
        await ChatRig.KnowsAsync(ann, "shirouzu");
        Assert.Equal(("白水", "開発部", false), (ann.Users[0].NickName, ann.Users[0].Group, ann.Users[0].SupportsUtf8));
        raw.Send(ann, sjis.GetBytes("1:101:shirouzu:jupiter:32:こんにちは"));
        Assert.Equal("こんにちは", (await ChatRig.NextAsync(ann)).Text);
        ChatMessage message = await ann.SendAsync("白水", "はい");
        await ChatRig.UntilAsync(message, ChatMessageState.Sent);
        string[] parts = await raw.NextAsync(0x20);
        Assert.Equal(0u, uint.Parse(parts[4], null) & (uint)IpmsgOptions.Utf8);
        ChatMessage beyond = await ann.SendAsync("白水", "ไทย");
        raw.Send(ann, $"1:102:shirouzu:jupiter:33:{parts[1]}");
        do
        {
            parts = await raw.NextAsync(0x20);
        }
        while (parts[5] != "ไทย");
        Assert.NotEqual(0u, uint.Parse(parts[4], null) & (uint)IpmsgOptions.Utf8);
        Assert.NotEqual(ChatMessageState.Failed, beyond.State);
    }

    [Fact]
    public async Task An_address_is_enough_to_send_to_and_tells_who_is_there()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann"), bob = await rig.StartAsync("bob");
        ChatMessage message = await ann.SendAsync($"127.0.0.1:{bob.Port}", "who are you?");
        await ChatRig.UntilAsync(message, ChatMessageState.Delivered);
        Assert.Equal("bob@box", message.To);
        await ChatRig.KnowsAsync(ann, "bob");
        Assert.Equal("who are you?", (await ChatRig.NextAsync(bob)).Text);
    }

    [Fact]
    public async Task Names_that_fit_nobody_or_several_are_told()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new(), other = new();
        raw.Send(ann, "1:1:bob:one:1:Bob");
        other.Send(ann, "1:1:bob:two:1:Bob");
        await Eventually.TrueAsync(() => ann.Users.Count == 2, "both are known");
        Assert.Equal(NetError.InvalidArgument, (await Assert.ThrowsAsync<NetException>(() => ann.SendAsync("bob", "x"))).Error);
        Assert.Equal(NetError.UserNotFound, (await Assert.ThrowsAsync<NetException>(() => ann.SendAsync("carol", "x"))).Error);
        Assert.Equal(NetError.MessageTooLarge, (await Assert.ThrowsAsync<NetException>(() => ann.SendAsync("bob@one", new string('x', 65_500)))).Error);
        Assert.Equal(["bob@one", "bob@two"], ann.Users.Where(u => u.Name.StartsWith('b')).Select(u => u.ChatAddress).Order());
    }

    [Fact]
    public async Task Events_come_to_who_has_subscribed()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using ChatSubscription subscription = ann.Subscribe();
        ChatPeer bob = await rig.StartAsync("bob", ann);
        await ChatRig.KnowsAsync(bob, "ann");
        await ChatRig.UntilAsync(await bob.SendAsync("ann", "hello"), ChatMessageState.Delivered);
        await ChatRig.UntilAsync(await ann.SendAsync("bob", "hi"), ChatMessageState.Delivered);
        await ann.StopAsync(TimeSpan.Zero);
        List<ChatEvent> events = [];
        await foreach (ChatEvent e in subscription.Reader.ReadAllAsync())
        {
            events.Add(e);
        }
        Assert.Contains(events, e => e is { Type: ChatEventType.UserChanged, User.Name: "bob" });
        Assert.Contains(events, e => e is { Type: ChatEventType.MessageReceived, Message.Text: "hello" });
        Assert.Contains(events, e => e is { Type: ChatEventType.MessageChanged, Message.Text: "hi" });
    }

    [Fact]
    public async Task Who_does_not_answer_a_refresh_is_away()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { RetryInterval = TimeSpan.FromMilliseconds(400) });
        ChatPeer bob = await rig.StartAsync("bob", ann);
        await ChatRig.KnowsAsync(ann, "bob");
        using RawPeer raw = new();
        raw.Send(ann, "1:1:ghost:box:1:Ghost");
        await ChatRig.KnowsAsync(ann, "ghost");
        await ann.RefreshAsync();
        Assert.Equal([("bob", ChatUserStatus.Online), ("ghost", ChatUserStatus.Offline)], ann.Users.OrderBy(u => u.Name).Select(u => (u.Name, u.Status)));
    }

    [Fact]
    public async Task What_waits_when_the_peer_stops_has_failed()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        ChatMessage message = await ann.SendAsync("bob@box", "too late");
        await ann.StopAsync(TimeSpan.Zero);
        Assert.Equal(ChatMessageState.Failed, message.State);
        Assert.Equal(NetError.HandleClosed, (await Assert.ThrowsAsync<NetException>(() => ann.SendAsync("bob@box", "x"))).Error);
    }

    [Fact]
    public async Task Forty_peers_send_to_each_other_and_no_message_is_lost_or_doubled()
    {
        const int Count = 40;
        await using ChatRig rig = new();
        List<ChatPeer> peers = [];
        for (int i = 0; i < Count; i++)
        {
            peers.Add(await rig.StartAsync($"user{i}", o => o with { RetryInterval = TimeSpan.FromMilliseconds(500) }, [.. peers]));
        }
        await Eventually.TrueAsync(() => peers.All(p => p.UserCount == Count - 1), "all know all");
        ChatMessage[] sent = await Task.WhenAll(peers.SelectMany(from => peers.Where(to => to != from).Select(to => from.SendAsync($"{to.UserName}@box", $"{from.UserName} to {to.UserName}"))));
        await Task.WhenAll(sent.Select(m => ChatRig.UntilAsync(m, ChatMessageState.Delivered)));
        Assert.All(peers, to => Assert.Equal(peers.Where(p => p != to).Select(from => $"{from.UserName} to {to.UserName}").Order(), to.Inbox.Snapshot().Select(m => m.Text!).Order()));
    }
}
