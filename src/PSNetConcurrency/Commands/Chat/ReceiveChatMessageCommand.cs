using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Receives messages of the chat, as they come.</summary>
/// <remarks>
/// <para>It takes the messages that wait, oldest first, and then those that come: -Count of them, or all until the time is up or Ctrl+C is pressed. What nobody fetches a peer keeps, the last 10000 messages.</para>
/// <para>A sealed message is opened by being received here, and its sender is told so. With -KeepSealed it stays sealed, without its text: look at who sent it, and open it later by piping it to Receive-ChatMessage -Message.</para>
/// <para>Files that come with a message are in its property File; Receive-ChatFile fetches them.</para>
/// </remarks>
/// <example>
///   <para>The next message, and an answer to it.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0
/// $null = Send-ChatMessage -Peer $bob -To "127.0.0.1:$($ann.Port)" -Text 'Are you there?'
/// $message = Receive-ChatMessage -Peer $ann -Count 1
/// $message
/// $null = Send-ChatMessage -Peer $ann -To $message -Text 'Yes.' -Wait
/// Receive-ChatMessage -Peer $bob -Count 1
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>A sealed message, first who sent it, then what it says.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0
/// $sent = Send-ChatMessage -Peer $bob -To "127.0.0.1:$($ann.Port)" -Text 'Please confirm that you opened this.' -Sealed
/// $message = Receive-ChatMessage -Peer $ann -Count 1 -KeepSealed
/// "From $($message.From): '$($message.Text)'"
/// ($message | Receive-ChatMessage -Peer $ann).Text
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <inputs>PSNetConcurrency.ChatMessage: sealed messages to open.</inputs>
/// <outputs>PSNetConcurrency.ChatMessage: each message, as it comes.</outputs>
/// <seealso cref="SendChatMessageCommand"/>
/// <seealso cref="ReceiveChatFileCommand"/>
[Cmdlet(VerbsCommunications.Receive, "ChatMessage", DefaultParameterSetName = Next)]
[OutputType(typeof(ChatMessage))]
public sealed class ReceiveChatMessageCommand : ChatCommand
{
    private const string Next = "Next", Open = "Open";
    private const double DefaultTimeout = 30;

    private int _received;

    /// <summary>Sealed messages that were received with -KeepSealed: they are opened.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = Open)]
    [ValidateNotNullOrEmpty]
    public ChatMessage[] Message { get; set; } = [];

    /// <summary>Only messages of these users: names, nicknames or name@host. Wildcards are allowed. Others stay for the next call.</summary>
    [Parameter(Position = 0, ParameterSetName = Next)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChatUserCompleter))]
    public string[] From { get; set; } = ["*"];

    /// <summary>How many messages to receive; fewer are an error. The default is 0: all that come until the time is up, or Ctrl+C.</summary>
    [Parameter(ParameterSetName = Next)]
    [ValidateRange(0, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>How long to receive in all, in seconds; 0 for ever. The default is 30 with -Count, and for ever without.</summary>
    /// <value>30 with -Count, for ever without</value>
    [Parameter(ParameterSetName = Next)]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    /// <summary>Only the messages that wait now.</summary>
    [Parameter(ParameterSetName = Next)]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Leaves sealed messages sealed: their text is not shown, and their senders are not told.</summary>
    [Parameter(ParameterSetName = Next)]
    public SwitchParameter KeepSealed { get; set; }

    protected override ProgressRecord? Progress() => ParameterSetName == Open ? null : ProgressOfWait($"{_received}{(Count > 0 ? $" of {Count}" : "")} messages", Limit());

    protected override async Task ProcessAsync()
    {
        if (ParameterSetName != Open)
        {
            return;
        }
        foreach (ChatMessage message in Message)
        {
            await Chat.OpenAsync(message);
            WriteObject(message);
        }
    }

    protected override async Task EndAsync()
    {
        if (ParameterSetName == Open)
        {
            return;
        }
        ChatPeer peer = Chat;
        WildcardPattern[] patterns = [.. From.Select(f => WildcardPattern.Get(f, WildcardOptions.IgnoreCase))];
        double seconds = Limit();
        using CancellationTokenSource limit = Deadline.Start(seconds, StopToken);
        try
        {
            while (Count == 0 || _received < Count)
            {
                // One by one: when Select-Object -First has enough, the rest is still there.
                if (peer.Inbox.TryTake(IsWanted, out ChatMessage? message))
                {
                    _received++;
                    if (message.Sealed && !KeepSealed)
                    {
                        await peer.OpenAsync(message);
                    }
                    WriteObject(message);
                }
                else if (NoWait)
                {
                    return;
                }
                else if (!await peer.Inbox.WaitAsync(IsWanted, limit.Token))
                {
                    throw new NetException(NetError.HandleClosed, $"{peer.Name} has stopped after {_received} messages.", peer.Name);
                }
            }
        }
        catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
        {
            if (Count > 0)
            {
                ReportFailure(new NetException(NetError.TimedOut, $"{_received} of {Count} messages came within {seconds} s.", peer.Name));
            }
        }

        bool IsWanted(ChatMessage message) => Array.Exists(patterns, p => p.IsMatch(message.From) || p.IsMatch(message.From.Split('@')[0]) || (ChatPeer.FindSender(message) is { } user && p.IsMatch(user.NickName)));
    }

    private double Limit() => MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSeconds)) ? TimeoutSeconds : Count > 0 ? DefaultTimeout : 0;
}
