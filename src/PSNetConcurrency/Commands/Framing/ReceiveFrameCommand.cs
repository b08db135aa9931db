using System.Management.Automation;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Receives messages over TCP, each in a frame.</summary>
/// <remarks>
/// <para>Waits for whole frames, however TCP tears or glues their bytes; what comes behind the last one asked for is kept by the session for the next call. When a frame does not come, that is an error (TimedOut, PeerClosed, PeerReset) whose Exception.Received has the bytes that did come. After a time-out the session keeps them, and the next call goes on from there.</para>
/// <para>A frame that is too large is an error too; the next call reads the frame behind it. In a format with headers (Dictionary, ContentLength) what is returned is the payload, and what the header says is its property Header; of a frame that is only a header it is the header's text.</para>
/// </remarks>
/// <example>
///   <para>A request and its two replies.</para>
///   <code>$server = Start-TcpServer -FrameFormat Line { 'first'; 'second' }
/// $session = $server | New-TcpSession
/// Send-Frame -Session $session -Format Line -InputObject 'go'
/// Receive-Frame -Session $session -Format Line -Count 2
/// $session | Remove-TcpSession
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>All frames until the server closes, with the place of each.</para>
///   <code>$server = Start-TcpServer -FrameFormat Line { param($Message, $Client) $Client.Close(); 'a', 'bb', 'ccc' }
/// $session = $server | New-TcpSession
/// Send-Frame -Session $session -Format Line -InputObject 'go'
/// Receive-Frame -Session $session -Format Line -Count 0 -Detailed
/// $session | Remove-TcpSession
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>System.String, or System.Byte[] with -AsByteStream; with -Detailed PSNetConcurrency.Frame.</outputs>
/// <seealso cref="SendFrameCommand"/>
/// <seealso cref="ConvertFromFrameCommand"/>
[Cmdlet(VerbsCommunications.Receive, "Frame", DefaultParameterSetName = OverSession)]
[OutputType(typeof(string), typeof(byte[]), typeof(Frame))]
public sealed class ReceiveFrameCommand : TcpDataCommand
{
    /// <summary>The format of the frames: Line, LengthField, Dictionary, 'Delimiter,\0', 'FixedSize,16', ContentLength, Varint, Netstring, any of them with options ('LengthField,2,Little'), or what New-FrameFormat or Resolve-FrameFormat returned. The default is LengthField: four bytes of length, big-endian.</summary>
    [Parameter]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    [Alias("FrameFormat")]
    [ValidateNotNull]
    public FrameFormat Format { get; set; } = FrameFormat.Parse("LengthField");

    /// <summary>How many frames to wait for, each for -TimeoutSeconds; 0 for all until the peer closes. The default is 1.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>The longest frame taken, in bytes. The default is the -MaximumFrameLength of the format where it was given one, else 64 MiB.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Returns bytes instead of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Returns an object with the frame's place in what this call received, header, payload and text.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override Task ProcessAsync() => WithSessionAsync(async session =>
    {
        FrameFormat format = Format.WithDefaultMaximum(MaximumBytes, evenIfGiven: MyInvocation.BoundParameters.ContainsKey(nameof(MaximumBytes)));
        ReceiveRequest request = new() { Format = format, MaximumBytes = MaximumBytes, Timeout = Timeout };
        long offset = 0;
        for (long i = 0; Count == 0 || i < Count; i++)
        {
            Received received = await session.ReceiveAsync(request, StopToken);
            if (received.EndReason == ReceiveEndReason.PeerClosed && received.Data.Length == 0 && Count == 0)
            {
                return;
            }
            if (received.EndReason != ReceiveEndReason.Complete)
            {
                ReportFailure(session.Incomplete(received, Timeout));
                return;
            }
            WriteObject(Detailed
                ? PayloadConverter.ToFrame(format, received.Header, received.Data, Encoding, i, offset, received.HeaderBytes)
                : PayloadConverter.ToMessage(format, received.Header, received.Data, Encoding, AsByteStream));
            offset += received.Consumed;
        }
    });
}
