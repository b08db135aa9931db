using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Text;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;
using PSNetConcurrency.Infrastructure.Scripting;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Enters the chat: starts a peer of the IP Messenger protocol.</summary>
/// <remarks>
/// <para>The peer runs in the background, in this process, until Stop-NetListener, the end of the session or the removal of the module; then the others are told that it has gone. Everybody on the network who runs IP Messenger, iptux or another program of that protocol sees it and is seen. Send-ChatMessage, Receive-ChatMessage, Get-ChatUser and their kin work on it.</para>
/// <para>It is bound to loopback unless -AnyAddress or -LocalAddress says otherwise. With -AnyAddress it broadcasts its entry on every network of this machine; with -Peer it also calls those that broadcasts do not reach. UDP and TCP, on which files are fetched, have the same port.</para>
/// <para>A user is known by name and host, so several peers on one machine need a -UserName each. What reaches a peer anybody on the network may have sent: the protocol proves nothing about who, and nothing is encrypted. Names and texts are shown without characters that a terminal would obey, and the users, messages and files that a stranger can make it keep are bounded.</para>
/// <para>With -OnMessage a script block answers: it gets the message ($Message, and also $_) and the peer ($Client), and what it emits is sent to the sender, each object as a message. Such answers are marked as automatic and no peer's block is run for them, so that two that answer do not talk for ever; nor do they get a receipt. The block runs in a runspace of the peer's own, where this module's cmdlets are: $using: variables, -Variable and -Module are how it gets at anything else of the session.</para>
/// </remarks>
/// <example>
///   <para>A peer that answers, and another that asks it.</para>
///   <code>$bot = Start-ChatPeer -UserName bot -Port 0 -OnMessage { "You said: $($_.Text)" }
/// $ann = Start-ChatPeer -UserName ann -Port 0 -Peer "127.0.0.1:$($bot.Port)"
/// $null = Get-ChatUser bot -Peer $ann -Wait -TimeoutSeconds 30
/// $null = Send-ChatMessage bot 'Hello.' -Peer $ann -Wait
/// Receive-ChatMessage -Peer $ann -Count 1
/// $bot, $ann | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>In the chat of the network, with a history; here on loopback, and on a port of the system's choice.</para>
///   <code>$peer = Start-ChatPeer -NickName 'Build server' -GroupName Operations -HistoryPath "$PWD/chat.jsonl" -Port 0
/// $peer
/// $peer | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.ChatPeer: the running peer, a listener as others are.</outputs>
/// <seealso cref="SendChatMessageCommand"/>
/// <seealso cref="ReceiveChatMessageCommand"/>
/// <seealso cref="GetChatUserCommand"/>
/// <seealso href="https://ipmsg.org/">IP Messenger</seealso>
[Cmdlet(VerbsLifecycle.Start, "ChatPeer")]
[OutputType(typeof(ChatPeer))]
public sealed class StartChatPeerCommand : ListenerCommand
{
    /// <summary>The port, of UDP and TCP. The default is 2425, where other programs expect everybody. With 0 the system chooses a free one; others then reach the peer by -Peer, or by what it sends.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public override int Port { get; set; } = ChatPeerOptions.DefaultPort;

    /// <summary>The login name in the chat. The default is the user's own.</summary>
    /// <value>the user's own name</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string UserName { get; set; } = Environment.UserName;

    /// <summary>The name to be called. The default is the user name.</summary>
    [Parameter]
    [ValidateLength(1, 128)]
    public string? NickName { get; set; }

    /// <summary>The group to be listed in. The default is none.</summary>
    [Parameter]
    [ValidateLength(0, 128)]
    public string GroupName { get; set; } = "";

    /// <summary>The name of the machine in the chat. The default is its own.</summary>
    /// <value>the machine's own name</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = Environment.MachineName;

    /// <summary>Where entries are broadcast to, with a port where it is not the peer's. The default is every network of this machine with -AnyAddress, and nowhere otherwise.</summary>
    [Parameter]
    [ValidateNotNull]
    [AllowEmptyCollection]
    public string[]? BroadcastAddress { get; set; }

    /// <summary>Peers that broadcasts do not reach: names or addresses, with a port where it is not 2425. One that does not answer is called again for about a minute; later it calls when it comes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Peer { get; set; } = [];

    /// <summary>The file that messages are kept in, as JSON lines that Get-ChatHistory reads; it is appended to, and is one peer's alone. The default is none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HistoryPath { get; set; }

    /// <summary>The block that answers: param($Message, $Client). What it emits is sent to the sender.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnMessage { get; set; }

    /// <summary>Begins absent, with this text for those who ask.</summary>
    [Parameter]
    [ValidateLength(0, 1000)]
    public string? AbsenceText { get; set; }

    /// <summary>The encoding of programs that know no UTF-8: a name such as shift_jis or gb18030, or a code page. Most know it. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>How often a message is repeated before it is Failed. The default is 5.</summary>
    [Parameter]
    [ValidateRange(0, 20)]
    public int RetryCount { get; set; } = 5;

    /// <summary>How long to wait for the first receipt, in seconds; each further wait is twice as long. The default is 1.</summary>
    [Parameter]
    [ValidateRange(0.001, 3600d)]
    public double RetryIntervalSeconds { get; set; } = 1;

    /// <summary>The most users known at once. Who comes then takes the place of one who has gone, or is refused. The default is 5000.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int MaximumUser { get; set; } = 5000;

    /// <summary>Variables that the block can read: names and values. $using: does the same for single ones.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable Variable { get; set; } = [];

    /// <summary>Modules to import for the block: names or paths.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Module { get; set; } = [];

    protected override string ListenerKind => "ChatPeer";

    protected override Task EndAsync()
    {
        ChatPeerOptions options = new()
        {
            Name = Name,
            Address = AddressToBind(),
            Port = Port,
            UserName = UserName,
            NickName = NickName ?? "",
            GroupName = GroupName,
            HostName = HostName,
            BroadcastAddress = BroadcastAddress,
            Peer = Peer,
            HistoryPath = HistoryPath is null ? null : FilePaths.Literal(this, HistoryPath),
            AbsenceText = AbsenceText,
            Encoding = Encoding,
            MaximumAttempt = RetryCount + 1,
            RetryInterval = TimeSpan.FromSeconds(RetryIntervalSeconds),
            MaximumUser = MaximumUser,
            Allow = AllowedNetworks(),
            Deny = DeniedNetworks(),
        };
        if (OnMessage is null)
        {
            return LaunchAsync(options);
        }
        ScriptServerOptions server = new(OnMessage, SessionState.PSVariable, Variable, Module, 1, FrameFormat.None, new UTF8Encoding(false));
        return ScriptServer.RunAsync(server, async handler =>
        {
            await LaunchAsync(options with { Handler = handler.Untaken });
            // From here on the peer stops it.
            handler.Take();
        }, StopToken);
    }

    private async Task LaunchAsync(ChatPeerOptions options) =>
        WriteObject(Launched(await ChatPeer.StartAsync(options, StopToken), options.Address, "-Allow and -Deny"));
}
