using System.Text;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Chat.Engine;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Chat;

public class ChatHostileTests
{
    [Fact]
    public async Task A_flood_of_users_ends_at_the_bound_and_makes_room_for_those_that_are_there()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { MaximumUser = 50 });
        using RawPeer raw = new();
        for (int i = 0; i < 500; i++)
        {
            raw.Send(ann, $"1:{i}:user{i}:box:1:n");
        }
        await Eventually.TrueAsync(() => ann.RefusedCount >= 450, "what is too many is refused and counted");
        Assert.Equal(50, ann.Users.Count);
        // Once, not once a packet.
        Assert.Single(ann.Events.Snapshot(), e => e.Type == ListenerEventType.Refused);
        raw.Send(ann, "1:1000:user7:box:2:");
        await ChatRig.KnowsAsync(ann, "user7", ChatUserStatus.Offline);
        raw.Send(ann, "1:1001:late:box:1:n");
        await ChatRig.KnowsAsync(ann, "late");
        Assert.Equal(50, ann.Users.Count);
        Assert.DoesNotContain(ann.Users, u => u.Name == "user7");
    }

    [Fact]
    public async Task A_user_with_many_addresses_keeps_a_few()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        for (int i = 0; i < 30; i++)
        {
            using RawPeer raw = new($"127.0.1.{i + 1}");
            raw.Send(ann, $"1:{i}:many:box:1:n");
            await raw.NextAsync(0x03);
        }
        Assert.Equal(Contact.MostAddresses, Assert.Single(ann.Users).Address.Length);
    }

    [Fact]
    public void Answers_are_no_more_than_a_few_times_what_came()
    {
        AnswerBudget budget = new();
        System.Net.IPEndPoint victim = new(System.Net.IPAddress.Parse("192.0.2.1"), 2425);
        long sent = 0, received = 0;
        for (int i = 0; i < 100_000; i++)
        {
            budget.Deposit(victim, 20);
            received += 20;
            sent += budget.TryTake(victim, 150, i / 100, isReceipt: true) ? 150 : 0;
        }
        Assert.InRange(sent, 1, (AnswerBudget.Factor * received) + 1024);
        // In another second of the clock, few answers.
        budget = new();
        int answers = 0;
        for (int i = 0; i < 1000; i++)
        {
            budget.Deposit(victim, 1000);
            answers += budget.TryTake(victim, 100, 5000 + (i % 900), isReceipt: false) ? 1 : 0;
        }
        Assert.Equal(100, answers);
    }

    [Fact]
    public async Task An_entry_too_short_for_a_full_answer_gets_a_brief_one()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { NickName = new string('n', 100) });
        using RawPeer raw = new();
        int sent = 0, got = 0;
        for (int i = 0; i < 20; i++)
        {
            string entry = $"1:{i}:shirouzu-the-brief:jupiter.example.com:1:Shirouzu";
            raw.Send(ann, entry);
            sent += entry.Length;
            got += (await raw.NextAsync()).Length;
        }
        Assert.InRange(got, sent, (AnswerBudget.Factor * sent) + 512);
    }

    [Fact]
    public async Task Questions_to_who_says_to_be_absent_are_answers_too_and_counted()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer forger = new(), other = new();
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; i < 30; i++)
        {
            for (int j = 0; j < 20; j++)
            {
                forger.Send(ann, "1:1:a:b:260:");
            }
            // Handled, all of them: the loop takes one after the other.
            other.Send(ann, "1:1:o:b:64:");
            await other.NextAsync(0x41);
        }
        int seconds = (int)System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Assert.InRange(forger.Drain().Packets, 1, 100 * (seconds + 2));
    }

    [Fact]
    public async Task That_a_program_has_opened_a_forged_message_is_told_within_the_bound()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { RetryInterval = TimeSpan.FromMilliseconds(1), Handler = new Silent() });
        using RawPeer forger = new();
        int sent = 0;
        for (int i = 0; i < 50; i++)
        {
            // Sealed, with the opening confirmed.
            string message = $"1:{i}:a:b:{0x20 | 0x200 | 0x100000}:x";
            forger.Send(ann, message);
            sent += message.Length;
        }
        // Given up: all attempts have been made.
        await ChatRig.KnowsAsync(ann, "a", ChatUserStatus.Offline);
        Assert.InRange(forger.Drain().Bytes, 1, (AnswerBudget.Factor * sent) + 512);
    }

    [Fact]
    public async Task An_encoding_that_is_not_supported_is_none()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new();
        raw.Send(ann, "1:1:u:box:1:nick\0group\0icon\0utf-7\0");
        await ChatRig.KnowsAsync(ann, "u");
    }

    [Fact]
    public async Task Terminal_commands_in_names_and_texts_are_not_shown()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new();
        raw.Send(ann, "1:1:ev\u001b[2Jil:b\u202eox:1:\u001b]0;title\u0007\0gr\u009boup\0\nNN:\u001b[31mred\n");
        await Eventually.TrueAsync(() => ann.Users.Count == 1, "the user is known");
        ChatUser user = ann.Users[0];
        Assert.All([user.Name, user.Host, user.NickName, user.Group, user.Version], s => Assert.DoesNotContain(s, c => char.IsControl(c) || c == '\u202e'));
        raw.Send(ann, "1:2:evil:box:32:\u001b[2Jhi\u0007\u202e");
        Assert.Equal("[2Jhi", (await ChatRig.NextAsync(ann)).Text);
    }

    [Fact]
    public async Task Messages_that_nobody_fetches_make_room()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { MaximumInbox = 10 });
        using RawPeer raw = new();
        for (int i = 0; i < 50; i++)
        {
            raw.Send(ann, $"1:{i}:u:box:288:{i}");
            await raw.NextAsync(0x21);
        }
        Assert.Equal(Enumerable.Range(40, 10).Select(i => $"{i}"), ann.Inbox.Snapshot().Select(m => m.Text!));
        Assert.Equal(40, ann.Inbox.Dropped);
    }

    [Fact]
    public async Task More_messages_than_are_kept_for_absent_users_are_refused()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { MaximumQueued = 5 });
        for (int i = 0; i < 5; i++)
        {
            await ann.SendAsync("bob@box", $"{i}");
        }
        Assert.Equal(NetError.QueueFull, (await Assert.ThrowsAsync<NetException>(() => ann.SendAsync("bob@box", "one more"))).Error);
        ChatPeer bob = await rig.StartAsync("bob", ann);
        await Eventually.TrueAsync(() => bob.Inbox.Snapshot().Length == 5, "all that was kept arrives");
        await ChatRig.UntilAsync(await ann.SendAsync("bob@box", "room again"), ChatMessageState.Delivered);
    }

    [Fact]
    public async Task A_receipt_or_exit_from_another_address_counts_for_nothing()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann", o => o with { RetryInterval = TimeSpan.FromMinutes(1) });
        using RawPeer raw = new(), forger = new("127.0.0.9");
        raw.Send(ann, "1:1:bob:box:1:Bob");
        await ChatRig.KnowsAsync(ann, "bob");
        ChatMessage message = await ann.SendAsync("bob", "for you only", new ChatSendOptions { Sealed = true });
        string number = (await raw.NextAsync(0x20))[1];
        forger.Send(ann, $"1:5:mallory:box:33:{number}");
        forger.Send(ann, $"1:6:mallory:box:48:{number}");
        forger.Send(ann, "1:7:bob:box:2:");
        forger.Send(ann, "1:8:mallory:box:64:");
        await forger.NextAsync(0x41);
        Assert.Equal(ChatMessageState.Sent, message.State);
        Assert.Equal(ChatUserStatus.Online, ann.Users.Single(u => u.Name == "bob").Status);
        raw.Send(ann, $"1:5:bob:box:33:{number}");
        await ChatRig.UntilAsync(message, ChatMessageState.Delivered);
    }

    [Fact]
    public async Task Junk_is_counted_and_harms_nobody()
    {
        await using ChatRig rig = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        using RawPeer raw = new();
        Random random = new(7);
        for (int i = 0; i < 500; i++)
        {
            byte[] junk = new byte[random.Next(1, 2000)];
            random.NextBytes(junk);
            raw.Send(ann, i % 2 == 0 ? junk : [.. Encoding.ASCII.GetBytes($"1:{i}:junk:box:{random.Next(0, int.MaxValue)}:"), .. junk]);
        }
        ChatMessage message = await bob.SendAsync("ann", "still there?");
        await ChatRig.UntilAsync(message, ChatMessageState.Delivered);
        Assert.True(ann.RefusedCount > 0);
    }

    [Fact]
    public async Task An_encrypted_message_is_not_confirmed_and_is_told()
    {
        await using ChatRig rig = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new();
        raw.Send(ann, $"1:1:bob:box:{0x20 | 0x100 | 0x400000}:20001:abc:def");
        raw.Send(ann, "1:2:bob:box:288:plain");
        Assert.Equal("2", (await raw.NextAsync(0x21))[5]);
        Assert.Contains(ann.Events.Snapshot(), e => e.Error is NetException { Error: NetError.NotSupportedHere });
        Assert.Equal("plain", Assert.Single(ann.Inbox.Snapshot()).Text);
    }

    private sealed class Silent : IMessageHandler
    {
        public void Handle(MessageWork work) => work.Complete([]);

        public void Stop()
        {
        }
    }
}
