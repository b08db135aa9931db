using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Receives text or bytes over TCP: what is there, so many bytes, up to a delimiter, a line, or everything.</summary>
/// <remarks>
/// <para>Without -Count, -Delimiter, -Line or -UntilClosed it returns as soon as anything has arrived, with all that is there: maybe half of what the peer sent, maybe several sends at once. TCP is a stream; only a rule such as those four makes messages of it.</para>
/// <para>When what was asked for does not come, that is an error (TimedOut, PeerClosed, PeerReset) whose Exception.Received has the bytes that did come. With -Detailed it is not an error but the EndReason of the result. After a time-out the session keeps what has arrived, and the next call goes on from there.</para>
/// </remarks>
/// <example>
///   <para>Sixteen bytes from a character generator.</para>
///   <code>$server = Start-TcpEchoServer -Kind Chargen
/// $server | Receive-TcpData -Count 16
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Looks whether anything is there, and does not wait.</para>
///   <code>$server = Start-TcpEchoServer
/// $session = $server | New-TcpSession
/// Receive-TcpData -Session $session -NonBlocking -Detailed
/// $session | Remove-TcpSession
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>System.String, or System.Byte[] with -AsByteStream; with -Detailed PSNetConcurrency.ReceiveResult.</outputs>
[Cmdlet(VerbsCommunications.Receive, "TcpData", DefaultParameterSetName = OverSession)]
[OutputType(typeof(string), typeof(byte[]), typeof(ReceiveResult))]
public sealed class ReceiveTcpDataCommand : TcpDataCommand
{
    /// <summary>Exactly so many bytes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>Everything up to this text, which is taken but not returned.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Delimiter { get; set; }

    /// <summary>One line that ends with LF or CR LF, returned without it.</summary>
    [Parameter]
    public SwitchParameter Line { get; set; }

    /// <summary>Everything until the peer closes.</summary>
    [Parameter]
    public SwitchParameter UntilClosed { get; set; }

    /// <summary>The most bytes to take; when what was asked for needs more that is the error MessageTooLarge, and where nothing was asked for the rest is left for the next call. The default is 64 MiB.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Does not wait for anything to arrive: EndReason is WouldBlock when what was asked for is not there.</summary>
    [Parameter]
    public SwitchParameter NonBlocking { get; set; }

    /// <summary>Returns bytes instead of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Returns an object with the data, why the receive ended, and the size of each piece in which the data came.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override Task BeginAsync()
    {
        if ((Count > 0 ? 1 : 0) + (Delimiter is null ? 0 : 1) + (Line ? 1 : 0) + (UntilClosed ? 1 : 0) > 1)
        {
            throw new NetException(NetError.InvalidArgument, "-Count, -Delimiter, -Line and -UntilClosed exclude each other.");
        }
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync() => WithSessionAsync(async session =>
    {
        Received received = await session.ReceiveAsync(Request(), StopToken);
        object data = AsByteStream ? received.Data : Encoding.GetString(received.Data);
        if (Detailed)
        {
            WriteObject(new ReceiveResult(data, received.Data.Length, received.EndReason, received.Chunks));
        }
        else if (received.EndReason == ReceiveEndReason.Complete)
        {
            WriteObject(data);
        }
        else if (received.EndReason != ReceiveEndReason.WouldBlock)
        {
            ReportFailure(session.Incomplete(received, Timeout));
        }
    });

    private ReceiveRequest Request() => new()
    {
        Count = Count > 0 ? Count : null,
        UntilClosed = UntilClosed,
        Format = (Line ? FrameFormat.Line : Delimiter is null ? FrameFormat.None : FrameFormat.FromDelimiter(Encoding.GetBytes(Delimiter))).WithMaximum(MaximumBytes),
        MaximumBytes = MaximumBytes,
        Timeout = Timeout,
        NonBlocking = NonBlocking,
    };
}
