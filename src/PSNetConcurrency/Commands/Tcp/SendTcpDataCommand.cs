using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Sends text or bytes over TCP.</summary>
/// <remarks>
/// <para>Everything that comes down the pipeline is sent over one connection, in order, and nothing is added: no line break, no header. What the system does not take at once is sent on until all has gone: a send may be partial, and this cmdlet is why you need not care. Bytes from the pipeline are gathered, so that a byte array stays one send.</para>
/// <para>Over a -Session the connection stays open. Otherwise the cmdlet connects, sends, and closes in order; -PassThru is for sessions only. To wait for a reply use Invoke-TcpExchange.</para>
/// </remarks>
/// <example>
///   <para>Two lines to a server, and what it got.</para>
///   <code>$server = Start-TcpServer -FrameFormat Line { }
/// "one`n", "two`n" | Send-TcpData -ComputerName $server.ComputerName -Port $server.Port
/// $null = $server | Wait-NetListener -MessageCount 2 -TimeoutSeconds 10
/// $server | Receive-NetListener
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>None, or PSNetConcurrency.TcpSession with -PassThru.</outputs>
[Cmdlet(VerbsCommunications.Send, "TcpData", DefaultParameterSetName = ToServer)]
[OutputType(typeof(TcpSession))]
public sealed class SendTcpDataCommand : TcpDataCommand
{
    private readonly List<byte> _bytes = [];
    private TcpSession? _own;

    /// <summary>What to send: strings in -Encoding, bytes as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, Position = 2)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>Ends the sending side of the -Session afterwards: the peer sees the end of input and can still answer.</summary>
    [Parameter(ParameterSetName = OverSession)]
    public SwitchParameter Shutdown { get; set; }

    /// <summary>Returns the -Session.</summary>
    [Parameter(ParameterSetName = OverSession)]
    public SwitchParameter PassThru { get; set; }

    protected override async Task ProcessAsync()
    {
        if (InputObject is byte or PSObject { BaseObject: byte })
        {
            _bytes.Add(PayloadConverter.ToBytes(InputObject, Encoding)[0]);
            return;
        }
        await FlushAsync();
        await SendAsync(PayloadConverter.ToBytes(InputObject, Encoding));
    }

    protected override async Task EndAsync()
    {
        await FlushAsync();
        if (Session is not null && Shutdown)
        {
            await Session.ShutdownSendAsync();
        }
        if (PassThru)
        {
            WriteObject(Session);
        }
    }

    protected override void ReleaseResources() => _own?.Dispose();

    private async Task FlushAsync()
    {
        if (_bytes.Count > 0)
        {
            byte[] data = [.. _bytes];
            _bytes.Clear();
            await SendAsync(data);
        }
    }

    private async Task SendAsync(byte[] data)
    {
        if (Session is null && _own is { } open && (open.ComputerName != ComputerName || open.Port != Port))
        {
            // The pipeline goes on to another server.
            open.Dispose();
            _own = null;
        }
        TcpSession session = Session ?? (_own ??= await ConnectAsync());
        await session.SendAsync(data, Timeout, StopToken);
    }
}
