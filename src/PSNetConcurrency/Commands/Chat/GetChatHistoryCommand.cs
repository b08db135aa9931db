using System.Management.Automation;
using PSNetConcurrency.Core.Chat.History;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Reads the messages that a chat peer has kept.</summary>
/// <remarks>
/// <para>A peer that was started with -HistoryPath keeps every message that it sends or receives, and what became of it: one JSON object per line, in UTF-8, only ever appended. The text of a sealed message is in it once it is opened. This reads such a file, of a peer that runs or of one that is long gone, message by message; a line that was cut is passed over.</para>
/// <para>Files of a message from the history are only told: what its sender still offers is known to the peer that received it, in its session.</para>
/// </remarks>
/// <example>
///   <para>What a peer has said, from its file.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0 -HistoryPath "$PWD/chat.jsonl"
/// $bob = Start-ChatPeer -UserName bob -Port 0 -Peer "127.0.0.1:$($ann.Port)"
/// $null = Get-ChatUser bob -Peer $ann -Wait -TimeoutSeconds 30
/// $null = Send-ChatMessage bob 'Hello.' -Peer $ann -Wait
/// $ann, $bob | Stop-NetListener
/// Get-ChatHistory -Path chat.jsonl</code>
/// </example>
/// <example>
///   <para>The last message of a user.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0 -HistoryPath "$PWD/chat.jsonl"
/// $null = Send-ChatMessage carol@elsewhere 'When you are back: call me.'
/// $ann | Stop-NetListener
/// Get-ChatHistory -Path chat.jsonl -With 'carol*' -Last 1</code>
/// </example>
/// <outputs>PSNetConcurrency.ChatMessage: each message, oldest first.</outputs>
/// <seealso cref="StartChatPeerCommand"/>
[Cmdlet(VerbsCommon.Get, "ChatHistory", DefaultParameterSetName = OfPeer)]
[OutputType(typeof(ChatMessage))]
public sealed class GetChatHistoryCommand : ChatCommand
{
    private const string OfPeer = "Peer", ByPath = "Path", ByLiteralPath = "LiteralPath";

    /// <summary>The chat peer whose file is read: what Start-ChatPeer returned, or its name or id. The default is the only one that runs in this session.</summary>
    [Parameter(ParameterSetName = OfPeer)]
    [ChatPeerTransform]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ChatPeerCompleter))]
    public override ChatPeer? Peer { get; set; }

    /// <summary>The files. Wildcards are allowed. Without, it is the file of the peer.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The files, with each character taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Only messages from or to these users: names or name@host. Wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChatUserCompleter))]
    public string[] With { get; set; } = ["*"];

    /// <summary>Only messages that were Sent, or Received.</summary>
    [Parameter]
    public ChatDirection? Direction { get; set; }

    /// <summary>Only messages in these states.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ChatMessageState[] State { get; set; } = [];

    /// <summary>Only messages from this time on.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Only so many of the latest that fit.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    protected override Task ProcessAsync()
    {
        if (ParameterSetName == OfPeer)
        {
            Read(Chat.HistoryPath ?? throw new NetException(NetError.InvalidArgument, $"{Chat.Name} keeps no history. Start it with -HistoryPath, or say which file with -Path.", Chat.Name));
            return Task.CompletedTask;
        }
        foreach (string path in ParameterSetName == ByPath ? Path : LiteralPath)
        {
            OrReport(() =>
            {
                foreach (string file in ParameterSetName == ByPath ? FilePaths.Matching(this, path) : [FilePaths.Literal(this, path)])
                {
                    OrReport(() => Read(file));
                }
            });
        }
        return Task.CompletedTask;
    }

    private void Read(string file)
    {
        IEnumerable<ChatMessage> messages = HistoryReader.Read(file).Where(IsWanted);
        foreach (ChatMessage message in Last is { } last ? messages.TakeLast(last) : messages)
        {
            StopToken.ThrowIfCancellationRequested();
            WriteObject(message);
        }
    }

    // An error of one path does not end the others.
    private void OrReport(Action work)
    {
        try
        {
            work();
        }
        catch (NetException e)
        {
            ReportFailure(e);
        }
    }

    private bool IsWanted(ChatMessage message)
    {
        string other = message.Direction == ChatDirection.Sent ? message.To : message.From;
        return (Direction is null || message.Direction == Direction) && (Since is null || message.Time >= Since) && (State.Length == 0 || State.Contains(message.State))
            && With.Any(w => WildcardPattern.Get(w, WildcardOptions.IgnoreCase) is { } pattern && (pattern.IsMatch(other) || pattern.IsMatch(other.Split('@')[0])));
    }
}
