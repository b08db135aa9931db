using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Chat.Screen;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Terminal;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Opens the chat in the terminal: a line to type, and messages that arrive meanwhile above it.</summary>
/// <remarks>
/// <para>What others write scrolls by as everything in the terminal does, so that its scrollback keeps the conversation; below it stay a line that tells who is here, and the line being typed. What is typed goes to everybody who is here, or to whom /to says; the prompt tells. Behind an own line stands how far it has come: … sent, ✓ delivered, ✓✓ opened, ✗ failed.</para>
/// <para>Commands: /users lists users; /msg user text (or @user text) writes to one; /to user, or /to all, chooses whom plain lines go to; /file user path offers a file or folder; /accept number [folder] fetches what is offered, and /reject number does not; /seal user text sends sealed, /open number opens what came so; /away [text] and /back; /history [count]; /clear; /help; /quit. Names may be shortened, and in quotes contain blanks.</para>
/// <para>Tab completes commands, users and paths. Up and Down recall lines; Alt+Enter begins a new line, and pasted lines stay together until Enter sends them as one message. The keys of Emacs edit (Ctrl+A, E, B, F, K, U, W). Ctrl+L draws anew; Ctrl+D on an empty line leaves as /quit does; Ctrl+C stops the command at once.</para>
/// <para>It works on a chat peer that runs in this session (Start-ChatPeer), which goes on when the screen is left. Where none runs it starts one, and stops it on leaving; that peer is seen by this machine only unless -AnyAddress or -LocalAddress says otherwise.</para>
/// <para>What comes from the network is shown without characters that a terminal would obey. Colours go with NO_COLOR, or where $PSStyle.OutputRendering is PlainText. Scripts have no use for it: without a terminal it is an error, and Send-ChatMessage and Receive-ChatMessage do what they need.</para>
/// </remarks>
/// <example>
///   <para>Joins the chat of the network, and leaves it with /quit.</para>
///   <code>Enter-Chat -AnyAddress</code>
/// </example>
/// <example>
///   <para>Opens the screen on a peer that goes on afterwards, here one that keeps a history.</para>
///   <code>$peer = Start-ChatPeer -UserName ann -Port 0 -HistoryPath "$PWD/chat.jsonl"
/// Enter-Chat -Peer $peer</code>
/// </example>
/// <example>
///   <para>Keeps what was said, as objects.</para>
///   <code>$said = Enter-Chat -UserName ann -Port 0 -PassThru</code>
/// </example>
/// <outputs>None, or with -PassThru PSNetConcurrency.ChatMessage: the messages of the session, sent and received, when it is left.</outputs>
/// <seealso cref="StartChatPeerCommand"/>
/// <seealso cref="SendChatMessageCommand"/>
/// <seealso cref="ReceiveChatMessageCommand"/>
[Cmdlet(VerbsCommon.Enter, "Chat")]
[OutputType(typeof(ChatMessage))]
public sealed class EnterChatCommand : ChatCommand
{
    private const string InsteadUse = "In scripts, Send-ChatMessage, Receive-ChatMessage, Send-ChatFile and Receive-ChatFile do what the screen does.";

    private static int _open;

    private ChatPeer? _own;
    private bool _isOpen;

    /// <summary>The login name in the chat, of the peer that is started for the screen. The default is the user's own.</summary>
    /// <value>the user's own name</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string UserName { get; set; } = Environment.UserName;

    /// <summary>The name to be called, of the peer that is started for the screen. The default is the user name.</summary>
    [Parameter]
    [ValidateLength(1, 128)]
    public string? NickName { get; set; }

    /// <summary>The group to be listed in, of the peer that is started for the screen.</summary>
    [Parameter]
    [ValidateLength(0, 128)]
    public string GroupName { get; set; } = "";

    /// <summary>The port of the peer that is started for the screen. The default is 2425, where other programs expect everybody; with 0 the system chooses a free one.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; } = ChatPeerOptions.DefaultPort;

    /// <summary>Peers that broadcasts do not reach, for the peer that is started for the screen: names or addresses, with a port where it is not 2425.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] PeerAddress { get; set; } = [];

    /// <summary>The address of this machine that the peer started for the screen is bound to. The default is loopback, 127.0.0.1, which only this machine reaches.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress LocalAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Binds the peer started for the screen to every address of this machine, and broadcasts its entry: the chat of the network.</summary>
    [Parameter]
    public SwitchParameter AnyAddress { get; set; }

    /// <summary>The file that the peer started for the screen keeps its messages in, as JSON lines; /history and Get-ChatHistory read it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HistoryPath { get; set; }

    /// <summary>Returns the messages of the session when it is left: the latest 100000, if there were more.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override bool FailuresTerminate => true;

    protected override async Task EndAsync()
    {
        string[] ofNew = [nameof(UserName), nameof(NickName), nameof(GroupName), nameof(Port), nameof(PeerAddress), nameof(LocalAddress), nameof(AnyAddress), nameof(HistoryPath)];
        string[] given = [.. ofNew.Where(MyInvocation.BoundParameters.ContainsKey)];
        if (Peer is not null && given.Length > 0)
        {
            throw new NetException(NetError.InvalidArgument, $"-Peer is a peer that runs; -{given[0]} is for one that is started for the screen.", given[0]);
        }
        string? lack = ConsoleTerminal.Lack() ?? LackOfHost();
        _isOpen = lack is null && Interlocked.Exchange(ref _open, 1) == 0;
        if (!_isOpen)
        {
            lack ??= "another chat is open in this one";
            throw new NetException(NetError.NoTerminal, $"Enter-Chat takes a terminal with a person before it, and {lack}. {InsteadUse}", lack);
        }
        using ConsoleTerminal terminal = new();
        ChatPeer peer = Peer is null && (given.Length > 0 || Running.Count == 0) ? await StartOwnAsync() : Chat;
        ChatScreen screen = new(terminal, peer, new ChatScreenOptions
        {
            Folder = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
            FormatBytes = ByteText.Of,
            Color = HostScreen.OutputRendering(SessionState) != "PlainText",
            PeerEnds = _own is not null,
            KeepMessages = PassThru,
        });
        IReadOnlyList<ChatMessage> messages = await screen.RunAsync(StopToken);
        if (_own is not null)
        {
            await _own.StopAsync(TimeSpan.FromSeconds(1)).WaitAsync(StopToken);
        }
        if (PassThru)
        {
            WriteObject(messages, enumerateCollection: true);
        }
    }

    protected override void ReleaseResources()
    {
        if (_own is not null)
        {
            _ = _own.StopAsync(TimeSpan.Zero);
            HandleRegistry.Remove(_own);
        }
        if (_isOpen)
        {
            Volatile.Write(ref _open, 0);
        }
    }

    private async Task<ChatPeer> StartOwnAsync()
    {
        _own = await ChatPeer.StartAsync(new ChatPeerOptions
        {
            UserName = UserName,
            NickName = NickName ?? "",
            GroupName = GroupName,
            Port = Port,
            Peer = PeerAddress,
            Address = ListenerCommand.AddressToBind(this, AnyAddress, LocalAddress),
            HistoryPath = HistoryPath is null ? null : FilePaths.Literal(this, HistoryPath),
        }, StopToken);
        HandleRegistry.Add(_own);
        return _own;
    }

    /// <summary>Why this host, whatever the console is, has no person before it; null where it may.</summary>
    private string? LackOfHost() =>
        Host.Name == "ServerRemoteHost" ? "this session is a remote one"
        : HostScreen.Columns(Host) is null ? $"the host '{Host.Name}' has no screen"
        : Environment.GetCommandLineArgs().Skip(1).Any(a => a.Length >= "-noni".Length && "-noninteractive".StartsWith(a, StringComparison.OrdinalIgnoreCase)) ? "PowerShell was started with -NonInteractive"
        : null;
}
