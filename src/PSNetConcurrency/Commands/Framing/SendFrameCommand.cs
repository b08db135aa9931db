using System.Buffers;
using System.Collections;
using System.Management.Automation;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Sends messages over TCP, each in a frame.</summary>
/// <remarks>
/// <para>As Send-TcpData, but each message is put into a frame of -Format, so that the receiver knows where it ends. Over a -Session the connection stays open. Otherwise the cmdlet connects, sends all of the pipeline's messages over one connection, and closes in order. Bytes from the pipeline are gathered, so that a byte array stays one message.</para>
/// <para>In a format with headers (Dictionary, ContentLength) -Header gives the header's names and values, and the payload's size is added. A dictionary as the message is a frame that is only a header, such as a command. To wait for a reply use Invoke-TcpExchange, or Receive-Frame on the same session.</para>
/// </remarks>
/// <example>
///   <para>A file's bytes with a header, and a command that has no payload.</para>
///   <code>$server = Start-TcpServer -FrameFormat Dictionary { }
/// $session = $server | New-TcpSession
/// Send-Frame -Session $session -Format Dictionary -Header @{ file_name = 'a.txt' } -InputObject 'hello'
/// Send-Frame -Session $session -Format Dictionary -InputObject @{ cmd = 'list' }
/// $null = $server | Wait-NetListener -MessageCount 2 -TimeoutSeconds 10
/// $server | Receive-NetListener
/// $session | Remove-TcpSession
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Three messages over a connection for the occasion.</para>
///   <code>$server = Start-TcpServer -FrameFormat LengthField { }
/// 'one', 'two', 'three' | Send-Frame -ComputerName $server.ComputerName -Port $server.Port
/// $server | Wait-NetListener -MessageCount 3 -TimeoutSeconds 10
/// $server | Stop-NetListener</code>
/// </example>
/// <inputs>System.Object: the messages. Or sessions, or objects with ComputerName and Port such as a listener, with -InputObject given.</inputs>
/// <outputs>None, or PSNetConcurrency.TcpSession with -PassThru.</outputs>
/// <seealso cref="ReceiveFrameCommand"/>
/// <seealso cref="ConvertToFrameCommand"/>
[Cmdlet(VerbsCommunications.Send, "Frame", DefaultParameterSetName = OverSession)]
[OutputType(typeof(TcpSession))]
public sealed class SendFrameCommand : TcpSendCommand
{
    /// <summary>The format of the frames: Line, LengthField, Dictionary, 'Delimiter,\0', 'FixedSize,16', ContentLength, Varint, Netstring, any of them with options ('LengthField,2,Little'), or what New-FrameFormat or Resolve-FrameFormat returned. The default is LengthField: four bytes of length, big-endian.</summary>
    [Parameter]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    [Alias("FrameFormat")]
    [ValidateNotNull]
    public FrameFormat Format { get; set; } = FrameFormat.Parse("LengthField");

    /// <summary>The names and values of the header, in a format that has one (Dictionary, ContentLength). The payload's size is added to it. With -InputObject $null the frame is the header alone.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Header { get; set; }

    internal override ReadOnlyMemory<byte> Encode(object? message)
    {
        FrameContent content = PayloadConverter.ToContent(Format, message, Header, Encoding);
        ArrayBufferWriter<byte> frame = new((content.Payload?.Length ?? 0) + 16);
        Format.Encode(content.Header, content.Payload, frame);
        return frame.WrittenMemory;
    }
}
