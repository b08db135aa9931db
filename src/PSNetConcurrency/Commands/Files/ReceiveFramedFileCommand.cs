using System.Diagnostics;
using System.Management.Automation;
using System.Threading.Channels;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Files;

namespace PSNetConcurrency.Commands.Files;

/// <summary>Waits for files, receives so many, and returns a result for each.</summary>
/// <remarks>
/// <para>It does what Start-FramedFileServer does, in the foreground: it listens, writes the result of each file as it arrives, and ends after -Count files, or when the time is up; files that other senders complete in that moment are written too. Errors about single files are written while the others go on. What had arrived of unfinished files is kept only where their sender asked for it (Send-FramedFile -Resume).</para>
/// </remarks>
/// <example>
///   <para>Receives one file that another process, here a second PowerShell in this one, sends.</para>
///   <code>$null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// [IO.File]::WriteAllText("$PWD/report.txt", 'All is well.')
/// $port = Get-AvailablePort
/// $sender = [PowerShell]::Create([initialsessionstate]::CreateDefault2())
/// $null = $sender.AddScript({ param($Module, $File, $Port)
///     Import-Module $Module
///     $null = Wait-TcpPort localhost $Port -TimeoutSeconds 30
///     Send-FramedFile -ComputerName localhost -Port $Port -Path $File
/// }).AddArgument((Get-Module PSNetConcurrency).Path).AddArgument("$PWD/report.txt").AddArgument($port)
/// $sending = $sender.BeginInvoke()
/// Receive-FramedFile -Destination inbox -Port $port -TimeoutSeconds 30
/// $null = $sender.EndInvoke($sending)
/// $sender.Dispose()</code>
/// </example>
/// <example>
///   <para>On a free port, with a certificate for the occasion: -OnReady gets what a sender must know. Here it sends the file itself.</para>
///   <code>$null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// [IO.File]::WriteAllText("$PWD/report.txt", 'All is well.')
/// Receive-FramedFile -Destination inbox -SelfSigned -TimeoutSeconds 30 -OnReady {
///     param($Listener)
///     $null = Send-FramedFile -ComputerName localhost -Port $Listener.Port -CertificateThumbprint $Listener.CertificateThumbprint -Path report.txt
/// }</code>
/// </example>
/// <example>
///   <para>Waits for two files for a second at most, and tells which error came.</para>
///   <code>try {
///     Receive-FramedFile -Port (Get-AvailablePort) -Count 2 -TimeoutSeconds 1 -ErrorAction Stop
/// }
/// catch {
///     $_.Exception.Error
/// }</code>
/// </example>
/// <outputs>PSNetConcurrency.FileTransferResult: each file, as it arrives.</outputs>
/// <seealso cref="StartFramedFileServerCommand"/>
/// <seealso cref="SendFramedFileCommand"/>
[Cmdlet(VerbsCommunications.Receive, "FramedFile")]
[OutputType(typeof(FileTransferResult))]
public sealed class ReceiveFramedFileCommand : FileReceiverCommand
{
    // As many as wait for a slow pipeline before the senders do.
    private readonly Channel<object> _received = Channel.CreateBounded<object>(256);
    private TcpServer? _server;
    private int _arrived;
    private int _count;

    /// <summary>How many files to receive; those that fail do not count. The default is 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>How long to wait for all of them, in seconds. The default, 0, is for ever.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    /// <summary>Runs once senders can connect, and gets the listener: its Port and, with TLS, its CertificateThumbprint. Its output is not that of the cmdlet.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnReady { get; set; }

    protected override bool FailuresTerminate => _server is null;

    protected override ServerProtocol CreateProtocol() => new FileServerProtocol(CreateReceiveOptions())
    {
        Received = (result, stop) =>
        {
            Interlocked.Increment(ref _arrived);
            return _received.Writer.WriteAsync(result, stop);
        },
        IsEnough = () => Volatile.Read(ref _arrived) >= Count,
        // Errors are few; where they are many, those that a slow pipeline has no room for are events of the listener only.
        Failed = failure => _received.Writer.TryWrite(failure),
    };

    protected override ProgressRecord? Progress() => _server is null ? null
        : ProgressOfWait($"{_server.LocalEndPoint}: {_count} of {Count} files, {ByteText.Of(_server.BytesReceived)}, {_server.ActiveConnection} senders", TimeoutSeconds);

    protected override async Task EndAsync()
    {
        TcpServer server = LaunchListener(CreateOptions());
        _server = server;
        WriteVerbose($"{server.Name} waits for {Count} files on {server.LocalEndPoint}.");
        OnReady?.Invoke(server);
        using CancellationTokenSource limit = Deadline.Start(TimeoutSeconds, StopToken);
        try
        {
            while (_count < Count)
            {
                Tell(await _received.Reader.ReadAsync(limit.Token));
            }
        }
        catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
        {
            ReportFailure(new NetException(NetError.TimedOut, $"{_count} of {Count} files came within {TimeoutSeconds} s.", server.LocalEndPoint.ToString()));
        }
        // The sender of the last file is told that it is here before the connection ends.
        await server.StopAsync(TimeSpan.FromSeconds(2)).WaitAsync(StopToken);
        // Other senders may have ended theirs meanwhile: what is stored and confirmed is told.
        while (_received.Reader.TryRead(out object? more))
        {
            Tell(more);
        }
    }

    private void Tell(object arrived)
    {
        if (arrived is NetException failure)
        {
            ReportFailure(failure);
            return;
        }
        _count++;
        WriteObject(arrived);
    }

    protected override void ReleaseResources()
    {
        if (_server is not null)
        {
            _ = _server.StopAsync(TimeSpan.Zero);
            HandleRegistry.Remove(_server);
        }
    }
}
