using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Sending;
using PSNetConcurrency.Core.Transfer.Wire;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Files;
using PSNetConcurrency.Infrastructure.Framing;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Files;

/// <summary>Sends files and folders to a receiver, which verifies them before they get their names.</summary>
/// <remarks>
/// <para>The file is read once: it is hashed as it is sent, and the digest follows the content. The receiver hashes what arrives, and a file whose digest is not the sender's never gets its final name. All files of a call share a connection, many small ones are under way at once, and each has a result or an error of its own: one that can't be read does not stop the others. A receiver that can't be reached, or refuses the connection, is one error for all of them. A file that changes or shrinks while it is read is the error FileChanged.</para>
/// <para>When the connection breaks, the cmdlet connects again and goes on where the receiver has everything verified, up to -RetryCount times in a row without getting further, with growing pauses. With -Resume what has arrived is kept also when the call ends, and a later call with the same file goes on from there: neither end reads again what is verified. That it is the same file is known by its name, length and time of writing.</para>
/// <para>-Repair is for files that the receiver has already: both ends compare the digests of the slices, and only those that differ are sent. It takes a receiver with -Conflict Overwrite.</para>
/// <para>-Verify Full gives the digest that other programs print; Slice one digest per slice; Sample compares slices at places that the receiver chooses when it has the file; None compares nothing but the length. In mode Full a resumed file is verified in ranges: then Digest is empty and Range has them.</para>
/// <para>The receiver is Start-FramedFileServer or Receive-FramedFile. With -Plain it is any program that takes the course's dictionary frame (four bytes of length, a header in JSON with the file's name and size, the content); it says nothing back, so that only the closing of the connection tells that it took everything.</para>
/// </remarks>
/// <example>
///   <para>Sends a file.</para>
///   <code>$null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// [IO.File]::WriteAllText("$PWD/report.txt", 'All is well.')
/// $server = Start-FramedFileServer -Destination inbox
/// $server | Send-FramedFile -Path report.txt
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Sends a folder with all that is in it, with a digest for each slice of a megabyte, and only what the receiver has otherwise.</para>
///   <code>$null = [IO.Directory]::CreateDirectory("$PWD/site/images")
/// $null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// [IO.File]::WriteAllText("$PWD/site/index.html", 'Hello')
/// [IO.File]::WriteAllBytes("$PWD/site/images/logo.png", [byte[]]::new(3MB))
/// $server = Start-FramedFileServer -Destination inbox -Conflict Overwrite
/// $server | Send-FramedFile -Path site -Recurse
/// $server | Send-FramedFile -Path site -Recurse -Repair -SliceSize 1MB
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>To a plain program: here a server that takes dictionary frames.</para>
///   <code>[IO.File]::WriteAllText("$PWD/report.txt", 'All is well.')
/// $null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// $server = Start-FramedFileServer -Destination inbox
/// Send-FramedFile -ComputerName $server.ComputerName -Port $server.Port -Path report.txt -Plain
/// $server | Stop-NetListener</code>
/// </example>
/// <inputs>System.IO.FileInfo: files and folders, of Get-ChildItem and Get-Item; their paths bind to -LiteralPath. Or an object with ComputerName and Port, such as a listener, with -Path given.</inputs>
/// <outputs>PSNetConcurrency.FileTransferResult: each file and folder, as the receiver confirms it.</outputs>
/// <seealso cref="StartFramedFileServerCommand"/>
/// <seealso cref="ReceiveFramedFileCommand"/>
[Cmdlet(VerbsCommunications.Send, "FramedFile", DefaultParameterSetName = ToServer, SupportsShouldProcess = true)]
[OutputType(typeof(FileTransferResult))]
public sealed class SendFramedFileCommand : TcpClientCommand
{
    private const string OverSession = "Session";

    private DictionaryFormat _format = FileReceiverCommand.AsDictionary(null);
    private FileSender? _sender;
    private FileSender? _unreachable;
    private string? _target;

    /// <summary>The files and folders to send. Wildcards are allowed.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The files and folders to send, as they are written: no character is a wildcard. What Get-ChildItem returns binds here.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A session of New-TcpSession to send over, which stays open. When it breaks there is no other.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OverSession)]
    [ValidateNotNull]
    public TcpSession? Session { get; set; }

    /// <summary>Sends folders with all that is in them. Links to folders are not followed.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The folder that names begin below: files keep their folders from there on. Without it a file has its own name only, and what is in a folder begins with that folder's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BasePath { get; set; }

    /// <summary>How content is verified: Full (the default), Slice, Sample or None.</summary>
    [Parameter]
    public TransferVerification Verify { get; set; }

    /// <summary>The algorithm of the digests. The default, SHA256, also withstands forgery; XXH128 is as fast as memory and finds accidents.</summary>
    [Parameter]
    public DigestAlgorithm Algorithm { get; set; } = DigestAlgorithm.SHA256;

    /// <summary>The bytes of a slice. A transfer resumes at a slice's beginning, and -Repair sends whole slices. The default is 8 MB.</summary>
    [Parameter]
    [ValidateRange(FileOffer.SmallestSlice, FileOffer.LargestSlice)]
    public int SliceSize { get; set; } = (int)DigestPlan.DefaultSliceSize;

    /// <summary>Has the receiver keep what it has of unfinished files, up to a week, and goes on with what an earlier call has left.</summary>
    [Parameter]
    public SwitchParameter Resume { get; set; }

    /// <summary>Of files that the receiver has, sends only the slices that differ. Takes a receiver with -Conflict Overwrite.</summary>
    [Parameter]
    public SwitchParameter Repair { get; set; }

    /// <summary>How often in a row to connect again without getting any further before that is an error. The default is 3; a first connection that fails is tried again only where this is given.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int RetryCount { get; set; } = 3;

    /// <summary>Bytes per second at most, of content. The default, 0, is as many as will go.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long LimitBytesPerSecond { get; set; }

    /// <summary>The secret that the receiver was started with: a SecureString, or text. It is proved and never sent; beyond loopback it takes TLS.</summary>
    [Parameter]
    [SecretTransform]
    [ValidateNotNull]
    public SecureString? SharedSecret { get; set; }

    /// <summary>A certificate with its private key to show to a receiver that was started with -AllowedThumbprint. Implies -UseTls.</summary>
    [Parameter(ParameterSetName = ToServer)]
    [ValidateNotNull]
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>The dictionary frames that the receiver takes, where its keys or byte order are not the usual ones: a format of New-FrameFormat -Kind Dictionary. With -Plain and a -DigestKey the file is read twice, as its digest stands before its content.</summary>
    [Parameter]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    public FrameFormat? FrameFormat { get; set; }

    /// <summary>The receiver knows the dictionary frame and nothing else: no verification, no resuming, no answer.</summary>
    [Parameter]
    public SwitchParameter Plain { get; set; }

    /// <summary>How long, in seconds, connecting may take, and the receiver may neither take nor send anything. The default is 30.</summary>
    [Parameter]
    [ValidateRange(0.001d, 86_400d)]
    public double TimeoutSeconds { get; set; } = 30;

    protected override ProgressRecord? Progress()
    {
        if (_sender?.Progress is not { FilesExpected: > 0 } progress)
        {
            return ProgressOfWait($"Connecting to {_target}", TimeoutSeconds);
        }
        ProgressRecord record = ProgressOf(string.Create(CultureInfo.CurrentCulture, $"{progress.FilesDone} of {progress.FilesExpected} files, {ByteText.Of(progress.BytesDone)} of {ByteText.Of(progress.BytesExpected)}, {ByteText.Of(progress.BytesPerSecond)}/s"),
            progress.BytesExpected > 0 ? 100d * progress.BytesDone / progress.BytesExpected : -1);
        record.CurrentOperation = progress.Current;
        record.SecondsRemaining = progress.TimeLeft is { TotalSeconds: < int.MaxValue } left ? (int)left.TotalSeconds : -1;
        return record;
    }

    protected override Task BeginAsync()
    {
        if (Plain && (Resume || Repair || SharedSecret is not null))
        {
            throw new NetException(NetError.InvalidArgument, "-Plain excludes -Resume, -Repair and -SharedSecret: a plain receiver gives no answer.");
        }
        if (ClientCertificate is { HasPrivateKey: false })
        {
            throw new NetException(NetError.InvalidArgument, $"The certificate '{ClientCertificate.Subject}' has no private key, so it proves nothing.", ClientCertificate.Thumbprint);
        }
        _format = FileReceiverCommand.AsDictionary(FrameFormat);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        if (Path.Length == 0 && LiteralPath.Length == 0)
        {
            throw new NetException(NetError.InvalidArgument, "There is nothing to send: give -Path or -LiteralPath, or pipe files.");
        }
        string target = Session is not null ? Session.ToString() : $"{ComputerName}:{Port}";
        if (_sender is not null && _target != target)
        {
            // The pipeline goes on to another receiver.
            await FinishAsync();
        }
        _target = target;
        foreach (string root in Roots())
        {
            foreach (SendItem item in Items(root))
            {
                if (ShouldProcess(item.Path, $"Send to {target} as {item.Name}"))
                {
                    await AddAsync(item);
                }
            }
        }
    }

    protected override Task EndAsync() => FinishAsync();

    protected override void ReleaseResources() => _ = _sender?.DisposeAsync().AsTask();

    // One error for each path that leads nowhere; the others go on.
    private IEnumerable<string> Roots()
    {
        foreach ((string given, bool literal) in Path.Select(p => (p, false)).Concat(LiteralPath.Select(p => (p, true))))
        {
            IReadOnlyList<string> found = [];
            try
            {
                found = literal ? [FilePaths.Literal(this, given)] : FilePaths.Matching(this, given);
            }
            catch (NetException e)
            {
                ReportFailure(e);
            }
            foreach (string path in found)
            {
                yield return path;
            }
        }
    }

    private IEnumerable<SendItem> Items(string root)
    {
        try
        {
            return SendTree.Enumerate(root, BasePath is null ? null : FilePaths.Literal(this, BasePath), Recurse, failure => ReportFailure(failure));
        }
        catch (NetException e)
        {
            ReportFailure(e);
            return [];
        }
    }

    private async Task AddAsync(SendItem item)
    {
        FileSender sender = _sender ??= FileSender.Start(CreateOptions(), StopToken);
        sender.Progress.Expect(item.Length);
        while (true)
        {
            WriteReady(sender);
            if (sender.TryAdd(item))
            {
                return;
            }
            // Results are taken while there is no room: the receiver may wait for that.
            await Task.WhenAny(sender.WaitToAddAsync(), sender.Outcomes.WaitToReadAsync(StopToken).AsTask());
            StopToken.ThrowIfCancellationRequested();
            if (sender.Outcomes.Completion.IsCompleted)
            {
                // Nothing takes items any more; this throws why.
                await sender.Outcomes.Completion;
            }
        }
    }

    private async Task FinishAsync()
    {
        if (_sender is not { } sender)
        {
            return;
        }
        sender.Complete();
        while (await sender.Outcomes.WaitToReadAsync(StopToken))
        {
            WriteReady(sender);
        }
        _sender = null;
        await sender.DisposeAsync();
    }

    private void WriteReady(FileSender sender)
    {
        while (sender.Outcomes.TryRead(out SendOutcome outcome))
        {
            if (outcome.Result is not null)
            {
                WriteObject(outcome.Result);
            }
            else if (sender.WasConnected)
            {
                ReportFailure(outcome.Failure!, outcome.Item.Path);
            }
            else if (_unreachable != sender)
            {
                // Not once for each of ten thousand files.
                _unreachable = sender;
                ReportFailure(outcome.Failure!);
            }
        }
    }

    private SendOptions CreateOptions() => new()
    {
        Connect = Session is null ? ConnectOptions(TimeoutSeconds) with { Tls = ClientPin() } : null,
        Session = Session,
        Verify = Verify,
        Algorithm = Algorithm,
        SliceSize = SliceSize,
        Resume = Resume,
        Repair = Repair,
        RetryCount = RetryCount,
        RetriesFirst = MyInvocation.BoundParameters.ContainsKey(nameof(RetryCount)),
        Limit = LimitBytesPerSecond,
        Secret = SecretTransformAttribute.Reveal(SharedSecret),
        Format = _format,
        Plain = Plain,
        Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
    };

    private Core.Net.Tls.CertificatePin? ClientPin() => ClientCertificate is null ? Pin()
        : (Pin() ?? new Core.Net.Tls.CertificatePin(null, false, TlsHostName ?? ComputerName)) with { ClientCertificate = ClientCertificate };
}
