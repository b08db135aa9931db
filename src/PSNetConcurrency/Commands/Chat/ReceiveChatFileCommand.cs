using System.Management.Automation;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Fetches files and folders that came with messages of the chat.</summary>
/// <remarks>
/// <para>Nothing has its final name before all of it is there: a file whose connection breaks goes on where it broke, up to -RetryCount times, and what stays incomplete leaves nothing behind. A name from the network cannot leave the destination. The protocol verifies nothing beyond the length.</para>
/// <para>A folder is never replaced: with -Conflict Overwrite it is an error where one of that name exists, as with Fail.</para>
/// </remarks>
/// <example>
///   <para>The files of the next message.</para>
///   <code>[IO.File]::WriteAllText("$PWD/report.txt", 'All is well.')
/// $null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// $ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0
/// $null = Send-ChatFile -Peer $bob -To "127.0.0.1:$($ann.Port)" -Path report.txt
/// Receive-ChatMessage -Peer $ann -Count 1 | Receive-ChatFile -Peer $ann -Destination inbox
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>A folder, beside one of that name.</para>
///   <code>$null = [IO.Directory]::CreateDirectory("$PWD/photos")
/// [IO.File]::WriteAllText("$PWD/photos/a.txt", 'A')
/// $ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0
/// $null = Send-ChatFile -Peer $bob -To "127.0.0.1:$($ann.Port)" -Path photos
/// $message = Receive-ChatMessage -Peer $ann -Count 1
/// $message.File | Receive-ChatFile -Peer $ann -Conflict Rename
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <inputs>
///   <para>PSNetConcurrency.ChatMessage: all of a message's files.</para>
///   <para>PSNetConcurrency.ChatFile: one of them.</para>
/// </inputs>
/// <outputs>PSNetConcurrency.FileTransferResult: each file or folder that is there.</outputs>
/// <seealso cref="SendChatFileCommand"/>
[Cmdlet(VerbsCommunications.Receive, "ChatFile", DefaultParameterSetName = OfMessage, SupportsShouldProcess = true)]
[OutputType(typeof(FileTransferResult))]
public sealed class ReceiveChatFileCommand : ChatCommand
{
    private const string OfMessage = "Message", OfFile = "File";

    private volatile ChatFileProgress? _progress;

    /// <summary>Messages whose files are fetched; those without are passed over.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfMessage)]
    [ValidateNotNullOrEmpty]
    public ChatMessage[] Message { get; set; } = [];

    /// <summary>Files and folders, from the property File of a message.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfFile)]
    [ValidateNotNullOrEmpty]
    public ChatFile[] File { get; set; } = [];

    /// <summary>The folder that they are stored in; it must exist. The default is the current location.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>What to do when a file of that name exists: Fail (the default) fetches nothing, Overwrite replaces it once the new one is complete, Rename keeps both, Skip keeps the old one.</summary>
    [Parameter]
    public FileConflict Conflict { get; set; }

    /// <summary>The most bytes taken of a file, or of all files of a folder. The default is 1 TB. What the volume has no room for is not begun.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long MaximumBytes { get; set; } = new ChatReceiveOptions { Destination = "" }.MaximumBytes;

    /// <summary>The most files and folders taken of one folder. The default is 1000000.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumFile { get; set; } = 1_000_000;

    /// <summary>How often a broken connection is made anew. The default is 3.</summary>
    [Parameter]
    [ValidateRange(0, 1000)]
    public int RetryCount { get; set; } = 3;

    /// <summary>How long the sender may be silent, in seconds. The default is 30.</summary>
    [Parameter]
    [ValidateRange(0.001, 31_536_000d)]
    public double TimeoutSeconds { get; set; } = 30;

    protected override ProgressRecord? Progress() => _progress is { } p
        ? ProgressOf($"{p.Name}: {ByteText.Of(p.BytesDone)}{(p.BytesExpected > 0 ? $" of {ByteText.Of(p.BytesExpected)}" : "")}", p.BytesExpected > 0 ? 100d * p.BytesDone / p.BytesExpected : -1)
        : null;

    protected override async Task ProcessAsync()
    {
        ChatReceiveOptions options = new()
        {
            Destination = FilePaths.Literal(this, Destination),
            Conflict = Conflict,
            MaximumBytes = MaximumBytes,
            MaximumFile = MaximumFile,
            RetryCount = RetryCount,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        };
        foreach (ChatFile file in ParameterSetName == OfFile ? File : Message.SelectMany(m => m.File))
        {
            if (!ShouldProcess(System.IO.Path.Combine(options.Destination, file.Name), $"Fetch from {file.Message.From}"))
            {
                continue;
            }
            try
            {
                WriteObject(await Chat.ReceiveFileAsync(file, options, new Latest(this), StopToken));
            }
            catch (NetException e)
            {
                ReportFailure(e, file);
            }
        }
    }

    // Not Progress<T>, which would post every report to the pipeline's thread.
    private sealed class Latest(ReceiveChatFileCommand command) : IProgress<ChatFileProgress>
    {
        public void Report(ChatFileProgress value) => command._progress = value;
    }
}
