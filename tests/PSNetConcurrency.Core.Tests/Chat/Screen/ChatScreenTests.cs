using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Tests.Terminal;

namespace PSNetConcurrency.Core.Tests.Chat.Screen;

public class ChatScreenTests
{
    [Fact]
    public async Task A_message_comes_above_the_line_being_typed()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        await rig.SeesAsync("You are ann@here. bob is here.");
        rig.Terminal.Type("half a li");
        await rig.SeesAsync("everybody> half a li");
        await rig.Bob.SendAsync("ann", "Lunch?");
        await rig.SeesAsync("bob: Lunch?");

        string[] lines = rig.Terminal.Lines();
        Assert.Equal("everybody> half a li", lines[^1]);
        Assert.Equal("everybody> half a li", rig.Terminal.Screen.BeforeCursor);
        Assert.Contains("ann │ 1 here: bob", lines[^2]);
        Assert.EndsWith("bob: Lunch?", lines[^3]);

        rig.Terminal.Type("ne\n");
        Assert.Equal("half a line", (await rig.BobReceivesAsync()).Text);
        await rig.SeesAsync(l => l.EndsWith("→ everybody: half a line ✓", StringComparison.Ordinal), "The line has its mark.");

        IReadOnlyList<ChatMessage> said = await rig.LeaveAsync();
        Assert.Equal(["Lunch?", "half a line"], said.Select(m => m.Text));
        Assert.False(rig.Terminal.Screen.MarksPastes);
        Assert.True(rig.Terminal.Screen.CursorIsShown);
        Assert.EndsWith("half a line ✓", rig.Terminal.Lines()[^1]);
    }

    [Fact]
    public async Task Recipients_are_chosen_by_command_or_name()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        await using ChatPeerHandle carol = await ChatPeerHandle.StartAsync("carol", rig.Ann.Port);
        await rig.SeesAsync("→ carol came");
        rig.Terminal.Type("/msg bob for bob\n@car for carol\n/to bob\nbob again\n //not a command\n/to all\nfor both\n");

        Assert.Equal<string?[]>(["for bob", "bob again", "//not a command", "for both"], [await Text(rig), await Text(rig), await Text(rig), await Text(rig)]);
        Assert.Equal<string?[]>(["for carol", "for both"], [await carol.TextAsync(), await carol.TextAsync()]);
        await rig.SeesAsync(l => l.EndsWith("→ everybody: for both ✓", StringComparison.Ordinal), "Both have it.");
        await rig.SeesAsync("Lines go to bob only");
        await carol.DisposeAsync();
        await rig.SeesAsync("← carol left");
    }

    [Fact]
    public async Task Files_are_offered_accepted_and_rejected_by_number()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        string ours = Path.Combine(rig.Folder, "our notes.txt");
        string theirs = Path.Combine(rig.Folder, "theirs.txt");
        await File.WriteAllTextAsync(ours, "ours");
        await File.WriteAllTextAsync(theirs, "theirs");
        await rig.Bob.SendFileAsync("ann", [theirs], "");
        await rig.SeesAsync("bob offers theirs.txt (6 B): /accept 1 [folder], or /reject 1");
        Directory.CreateDirectory(Path.Combine(rig.Folder, "in box"));
        rig.Terminal.Type("/accept 1 \"in box\"\n");
        await rig.SeesAsync("theirs.txt is here");
        Assert.Equal("theirs", await File.ReadAllTextAsync(Path.Combine(rig.Folder, "in box", "theirs.txt")));
        rig.Terminal.Type("/accept 1\n");
        await rig.SeesAsync("There are no files on offer now.");

        rig.Terminal.Type("/file b\t\"our\t\n");
        ChatMessage offered = await rig.BobReceivesAsync();
        Assert.Equal("our notes.txt", Assert.Single(offered.File).Name);
        await rig.SeesAsync("(offers our notes.txt)");

        await rig.Bob.SendFileAsync("ann", [theirs], "please");
        await rig.SeesAsync("/reject 2");
        rig.Terminal.Type("/reject\n");
        await rig.SeesAsync("The offer of bob is turned down.");
    }

    [Fact]
    public async Task Sealed_messages_are_opened_and_their_sender_told()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        await rig.Bob.SendAsync("ann", "secret", new Core.Chat.ChatSendOptions { Sealed = true });
        await rig.SeesAsync("bob: (sealed: /open 1");
        Assert.DoesNotContain(rig.Terminal.Lines(), l => l.Contains("secret", StringComparison.Ordinal));
        rig.Terminal.Type("/open 1\n");
        await rig.SeesAsync("bob: secret");

        rig.Terminal.Type("/seal bob mine\n");
        ChatMessage received = await rig.BobReceivesAsync();
        await rig.SeesAsync(l => l.EndsWith("→ bob: mine ✓", StringComparison.Ordinal), "It is delivered.");
        await rig.Bob.OpenAsync(received);
        await rig.SeesAsync("✓✓ bob opened \"mine\"");
        await rig.Bob.SendAsync("ann", "end");
        await rig.SeesAsync("bob: end");
        Assert.Single(rig.Terminal.Lines(), l => l.Contains("opened \"mine\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_wrong_is_said()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync(columns: 140);
        rig.Terminal.Type("/uesrs\n/msg bob\n/msg nobody hello\n/file bob /no/such/file\n/accept 7\n/history x\n");
        await rig.SeesAsync("There is no command /uesrs. Did you mean /users?");
        await rig.SeesAsync("Usage: /msg <user> <text>");
        await rig.SeesAsync("Nobody is called 'nobody'");
        await rig.SeesAsync("/no/such/file");
        await rig.SeesAsync("There are no files on offer now.");
        await rig.SeesAsync("Usage: /history [count]");
    }

    [Fact]
    public async Task Presence_absence_help_users_and_history_are_shown()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        await rig.Bob.SetStatusAsync(true, "back at two");
        await rig.SeesAsync("bob is away");
        await rig.Bob.SendAsync("ann", "first");
        await rig.SeesAsync("bob: first");
        rig.Terminal.Type("/away at lunch\n/users\n/help\n/clear\n");
        await rig.SeesAsync("/accept <number> [folder]");
        await Eventually.TrueAsync(() => !rig.Terminal.VisibleLines().Any(l => l.Contains("/accept", StringComparison.Ordinal)), "The help scrolls away.");
        Assert.Contains(rig.Terminal.Lines(), l => l.Contains("bob@here", StringComparison.Ordinal));
        await rig.SeesAsync(l => l.StartsWith(" ann (away)", StringComparison.Ordinal) || l.StartsWith("-- ann (away)", StringComparison.Ordinal), "Ann is away.");
        rig.Terminal.Type("/history 5\n");
        await Eventually.TrueAsync(() => rig.Terminal.VisibleLines().Any(l => l.EndsWith("bob: first", StringComparison.Ordinal)), "It is shown again.");
        await Eventually.TrueAsync(() => rig.Bob.Users[0].Status == ChatUserStatus.Absent, "Bob sees that ann is away.");
    }

    [Fact]
    public async Task Nothing_that_a_peer_writes_drives_the_terminal()
    {
        // The terminal of the test fails on a control character that is not of the screen's own sequences.
        await using ScreenRig rig = await ScreenRig.StartAsync();
        await rig.Bob.SetStatusAsync(null, nickName: "e\u202evil");
        await rig.Bob.SendAsync("ann", "a\x1b[2Jb\u009b2Jc\x1b]0;title\x07d\u202ee\r\nsecond line\ttab \u0085" + string.Concat(Enumerable.Repeat("wide 漢字 ", 200)));
        await rig.SeesAsync("second line");
        await rig.SeesAsync("e" + "vil");
        await rig.Bob.SendAsync("ann", "end");
        await rig.SeesAsync(": end");
        Assert.False(rig.Running.IsCompleted);
    }

    [Fact]
    public async Task Keys_behind_quit_are_left_for_the_shell()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        rig.Terminal.Type("/quit\nGet-Item\n");
        await rig.Running.WaitAsync(Eventually.Limit);
        Assert.Equal("Get-Item\n".Length, rig.Terminal.KeysLeft);
    }

    [Fact]
    public async Task Stopping_leaves_the_terminal_as_it_was()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        rig.Terminal.Type("typed");
        await rig.SeesAsync("everybody> typed");
        Assert.True(rig.Terminal.Screen.MarksPastes);
        rig.Stop();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Running.WaitAsync(Eventually.Limit));
        Assert.False(rig.Terminal.Screen.MarksPastes);
        Assert.True(rig.Terminal.Screen.CursorIsShown);
        Assert.DoesNotContain(rig.Terminal.Lines(), l => l.Contains("typed", StringComparison.Ordinal) || l.Contains("here: bob", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_peer_that_stops_ends_the_screen()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync();
        await rig.SeesAsync("everybody>");
        await rig.Ann.StopAsync(TimeSpan.Zero);
        await rig.Running.WaitAsync(Eventually.Limit);
        Assert.Contains("has stopped", rig.Terminal.Lines()[^1]);
    }

    [Fact]
    public async Task What_has_not_arrived_when_the_peer_ends_is_told()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync(peerEnds: true);
        rig.Terminal.Type("/msg dave@there are you there?\n/quit\n");
        await rig.Running.WaitAsync(Eventually.Limit);
        Assert.Contains(rig.Terminal.Lines(), l => l.Contains("1 message has not arrived", StringComparison.Ordinal));
        Assert.Contains(rig.Terminal.Lines(), l => l.Contains("waits for dave@there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_Unicode_marks_are_words()
    {
        await using ScreenRig rig = await ScreenRig.StartAsync(terminal: new FakeTerminal { HasUnicode = false });
        rig.Terminal.Type("hello\n");
        await rig.SeesAsync(l => l.EndsWith("-> everybody: hello ok", StringComparison.Ordinal), "It is delivered.");
        Assert.All(rig.Terminal.Lines(), l => Assert.True(l.All(char.IsAscii), l));
    }

    private static async Task<string?> Text(ScreenRig rig) => (await rig.BobReceivesAsync()).Text;

    private sealed class ChatPeerHandle(ChatPeer peer) : IAsyncDisposable
    {
        public static async Task<ChatPeerHandle> StartAsync(string name, int port) =>
            new(await ChatPeer.StartAsync(ScreenRig.Options(name) with { Peer = [$"127.0.0.1:{port}"] }, default));

        public async Task<string?> TextAsync()
        {
            ChatMessage? message = null;
            await Eventually.TrueAsync(() => peer.Inbox.TryTake(out message), "The message is there.");
            return message!.Text;
        }

        public async ValueTask DisposeAsync() => await peer.StopAsync(TimeSpan.FromSeconds(1));
    }
}
