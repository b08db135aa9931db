using System.Management.Automation;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Sends a message to users of the chat.</summary>
/// <remarks>
/// <para>A message goes out at once where its receiver is there, is repeated until the receipt comes (after 1, 2, 4 and more seconds, six times in all) and is then Delivered, or Failed. Where the receiver is away, or not yet known, it is Queued and goes out when the user appears; write name@host for one who is yet to come. Messages to one user arrive in the order they were sent, each once.</para>
/// <para>The message that is returned lives on: its State, DeliveredAt and ReadAt change as receipts come. -Wait returns when they have come.</para>
/// <para>A sealed message is shown to its receiver only once it is opened, and its State is then Read.</para>
/// </remarks>
/// <example>
///   <para>Two peers of this machine, a message and its receipt.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0 -Peer "127.0.0.1:$($ann.Port)"
/// $null = Get-ChatUser ann -Peer $bob -Wait -TimeoutSeconds 30
/// Send-ChatMessage -Peer $bob -To ann -Text 'Lunch?' -Wait
/// Receive-ChatMessage -Peer $ann -Count 1
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>To everybody who is there, a message for each line.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0 -Peer "127.0.0.1:$($ann.Port)"
/// $null = Get-ChatUser ann -Peer $bob -Wait -TimeoutSeconds 30
/// 'The build is done.', 'All tests passed.' | Send-ChatMessage -Peer $bob -To * -Wait
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <inputs>System.String: texts; each is a message.</inputs>
/// <outputs>PSNetConcurrency.ChatMessage: each message that was sent or queued, once for each receiver.</outputs>
/// <seealso cref="ReceiveChatMessageCommand"/>
/// <seealso cref="GetChatUserCommand"/>
[Cmdlet(VerbsCommunications.Send, "ChatMessage", DefaultParameterSetName = ByName)]
[OutputType(typeof(ChatMessage))]
public sealed class SendChatMessageCommand : ChatCommand
{
    private const string ByName = "To", ByUser = "User";

    private readonly List<ChatMessage> _sent = [];

    /// <summary>Who gets it: names, nicknames or name@host, with wildcards those who are there; users of Get-ChatUser; messages, whose senders get it; or addresses, with a port where it is not 2425.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChatUserCompleter))]
    public object[] To { get; set; } = [];

    /// <summary>Who gets it, as Get-ChatUser returns users.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByUser)]
    [ValidateNotNullOrEmpty]
    public ChatUser[] User { get; set; } = [];

    /// <summary>The text.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ParameterSetName = ByName)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByUser)]
    [AllowEmptyString]
    [ChatTextTransform]
    public string Text { get; set; } = "";

    /// <summary>Seals it: the receiver opens it, and its State becomes Read.</summary>
    [Parameter]
    public SwitchParameter Sealed { get; set; }

    /// <summary>Waits until it has come as far as -State says. One that does not is an error.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How far -Wait waits for: Delivered (the default), or Read of a sealed message.</summary>
    [Parameter]
    [ValidateSet("Sent", "Delivered", "Read")]
    public ChatMessageState State { get; set; } = ChatMessageState.Delivered;

    /// <summary>How long -Wait waits for all of them, in seconds; 0 for ever. The default is 60.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; } = 60;

    protected override ProgressRecord? Progress() => Wait
        ? ProgressOfWait($"{_sent.Count(m => m.State >= State && m.State != ChatMessageState.Failed)} of {_sent.Count} messages are {State}", TimeoutSeconds) : null;

    protected override async Task ProcessAsync()
    {
        if (Text.Trim().Length == 0)
        {
            ReportFailure(new NetException(NetError.BlankInput, "A blank text is no message: nothing was sent.", Text));
            return;
        }
        if (State == ChatMessageState.Read && !Sealed)
        {
            throw new NetException(NetError.InvalidArgument, "Only of a sealed message the opening is told: -State Read takes -Sealed.", State);
        }
        foreach (object receiver in ParameterSetName == ByUser ? [.. User] : Receivers(To))
        {
            try
            {
                ChatMessage message = await SendAsync(receiver, Text, new ChatSendOptions { Sealed = Sealed });
                _sent.Add(message);
                if (!Wait)
                {
                    WriteObject(message);
                }
            }
            catch (NetException e)
            {
                ReportFailure(e);
            }
        }
    }

    protected override async Task EndAsync()
    {
        if (Wait)
        {
            await ChatWait.ForAllAsync(_sent, State, TimeoutSeconds, message => WriteObject(message), e => ReportFailure(e), StopToken);
        }
    }
}
