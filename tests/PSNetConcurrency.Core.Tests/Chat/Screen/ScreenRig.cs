using System.Net;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Chat.Screen;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Tests.Terminal;
using PSNetConcurrency.Core.Tests.Transfer;

namespace PSNetConcurrency.Core.Tests.Chat.Screen;

/// <summary>Ann before a screen, and bob, who is another peer of this machine.</summary>
internal sealed class ScreenRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TemporaryFolder _folder = new();

    private ScreenRig(ChatPeer ann, ChatPeer bob, FakeTerminal terminal, bool peerEnds)
    {
        Ann = ann;
        Bob = bob;
        Terminal = terminal;
        Running = new ChatScreen(terminal, ann, new ChatScreenOptions { Folder = Folder, FormatBytes = n => $"{n} B", PeerEnds = peerEnds, KeepMessages = true }).RunAsync(_stop.Token);
    }

    public ChatPeer Ann { get; }

    public ChatPeer Bob { get; }

    public FakeTerminal Terminal { get; }

    public Task<IReadOnlyList<ChatMessage>> Running { get; }

    public string Folder => _folder.Path;

    public static async Task<ScreenRig> StartAsync(int columns = 100, bool peerEnds = false, FakeTerminal? terminal = null)
    {
        ChatPeer ann = await ChatPeer.StartAsync(Options("ann"), default);
        ChatPeer bob = await ChatPeer.StartAsync(Options("bob") with { Peer = [$"127.0.0.1:{ann.Port}"] }, default);
        await Eventually.TrueAsync(() => ann.UserCount == 1 && bob.UserCount == 1, "Ann and bob know each other.");
        return new ScreenRig(ann, bob, terminal ?? new FakeTerminal(columns), peerEnds);
    }

    public static ChatPeerOptions Options(string name) => new() { UserName = name, HostName = "here", Port = 0, Address = IPAddress.Loopback };

    /// <summary>Waits until a line of the screen is so.</summary>
    public async Task SeesAsync(Func<string, bool> line, string what)
    {
        await Eventually.TrueAsync(() => Terminal.Lines().Any(line) || Running.IsCompleted, $"{what}\n{string.Join('\n', Terminal.Lines())}");
        Assert.True(Terminal.Lines().Any(line), $"{what}\n{string.Join('\n', Terminal.Lines())}");
    }

    /// <summary>Waits until a line of the screen contains this.</summary>
    public Task SeesAsync(string text) => SeesAsync(l => l.Contains(text, StringComparison.Ordinal), $"It says '{text}'.");

    public async Task<ChatMessage> BobReceivesAsync()
    {
        ChatMessage? message = null;
        await Eventually.TrueAsync(() => Bob.Inbox.TryTake(out message), "Bob has a message.");
        return message!;
    }

    public async Task<IReadOnlyList<ChatMessage>> LeaveAsync()
    {
        Terminal.Type("/quit\n");
        return await Running.WaitAsync(Eventually.Limit);
    }

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Running.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(Eventually.Limit);
        await Ann.StopAsync(TimeSpan.Zero);
        await Bob.StopAsync(TimeSpan.Zero);
        Terminal.Dispose();
        _folder.Dispose();
        _stop.Dispose();
    }
}
