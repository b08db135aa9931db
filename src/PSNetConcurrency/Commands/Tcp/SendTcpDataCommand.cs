using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

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
/// <inputs>System.Object: what to send. Or sessions, or objects with ComputerName and Port such as a listener, with -InputObject given.</inputs>
/// <outputs>None, or PSNetConcurrency.TcpSession with -PassThru.</outputs>
[Cmdlet(VerbsCommunications.Send, "TcpData", DefaultParameterSetName = OverSession)]
[OutputType(typeof(TcpSession))]
public sealed class SendTcpDataCommand : TcpSendCommand
{
    internal override ReadOnlyMemory<byte> Encode(object? message) => PayloadConverter.ToBytes(message, Encoding);
}
