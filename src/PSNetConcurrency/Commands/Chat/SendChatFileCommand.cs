using System.Management.Automation;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Offers files and folders to users of the chat.</summary>
/// <remarks>
/// <para>The files are offered with a message; each receiver fetches them, or not, as long as this peer runs. They go to the users they were offered to and to nobody else, over TCP on the peer's port. What is fetched is the content that a file has then, in the length that it had when it was offered. Links in folders are left out.</para>
/// <para>The transfer is not encrypted and not verified, as the protocol has it. Send-FramedFile does both between peers of this module.</para>
/// </remarks>
/// <example>
///   <para>A file for another peer of this machine, which fetches it.</para>
///   <code>[IO.File]::WriteAllText("$PWD/report.txt", 'All is well.')
/// $null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// $ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0
/// Send-ChatFile -Peer $bob -To "127.0.0.1:$($ann.Port)" -Path report.txt -Text 'The report.' -Wait
/// Receive-ChatMessage -Peer $ann -Count 1 | Receive-ChatFile -Peer $ann -Destination inbox
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Files of the pipeline, in one message.</para>
///   <code>[IO.File]::WriteAllText("$PWD/a.txt", 'A'); [IO.File]::WriteAllText("$PWD/b.txt", 'B')
/// $ann = Start-ChatPeer -UserName ann -Port 0
/// [IO.FileInfo[]]('a.txt', 'b.txt').ForEach{ "$PWD/$_" } | Send-ChatFile -To bob@elsewhere
/// $ann | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.ChatMessage: the message with the offer, once for each receiver.</outputs>
/// <seealso cref="ReceiveChatFileCommand"/>
[Cmdlet(VerbsCommunications.Send, "ChatFile", DefaultParameterSetName = ByPath)]
[OutputType(typeof(ChatMessage))]
public sealed class SendChatFileCommand : ChatCommand
{
    private const string ByPath = "Path", ByLiteralPath = "LiteralPath";

    private readonly List<string> _files = [];

    /// <summary>Who gets them: as for Send-ChatMessage.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChatUserCompleter))]
    public object[] To { get; set; } = [];

    /// <summary>The files and folders. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The files and folders, with each character taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The text of the message.</summary>
    [Parameter]
    public string Text { get; set; } = "";

    /// <summary>Waits until the offer is Delivered; whether it is fetched is the receiver's affair.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long -Wait waits, in seconds; 0 for ever. The default is 60.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; } = 60;

    protected override ProgressRecord? Progress() => ProgressOfWait(Wait ? "Waiting for receipts" : "Looking at the files", Wait ? TimeoutSeconds : 0);

    protected override Task ProcessAsync()
    {
        foreach (string path in ParameterSetName == ByPath ? Path : LiteralPath)
        {
            try
            {
                if (ParameterSetName == ByPath)
                {
                    _files.AddRange(FilePaths.Matching(this, path));
                }
                else
                {
                    _files.Add(FilePaths.Literal(this, path));
                }
            }
            catch (NetException e)
            {
                ReportFailure(e);
            }
        }
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        if (_files.Count == 0)
        {
            return;
        }
        List<ChatMessage> sent = [];
        foreach (object receiver in Receivers(To))
        {
            try
            {
                ChatMessage message = await SendAsync(receiver, Text, new ChatSendOptions { Path = _files });
                sent.Add(message);
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
        if (Wait)
        {
            await ChatWait.ForAllAsync(sent, ChatMessageState.Delivered, TimeoutSeconds, message => WriteObject(message), e => ReportFailure(e), StopToken);
        }
    }
}
