using System.Management.Automation;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Files;

namespace PSNetConcurrency.Commands.Files;

/// <summary>Starts a server that receives files in the background, verifies them and stores them in a folder.</summary>
/// <remarks>
/// <para>It takes the files of Send-FramedFile, from any number of senders at once, and those of plain programs that send a dictionary frame: a header with the file's name and size, and its content. A file arrives under a name of its own in a hidden folder of the destination and gets its final name in one step when it is complete and verified; under its final name there is never anything else. What was cut can be resumed.</para>
/// <para>Each file is an event of the listener: Receive-NetListener returns it, with a PSNetConcurrency.FileTransferResult as its Message, and MessageCount counts them. A file that failed is an Error event.</para>
/// <para>A name from the network cannot leave the destination: absolute names, '..', drives, backslashes, links on the way, names of devices, control characters and trailing dots are refused. The length of names and headers, the size and number of files and the time without a sign of life are bounded, and the room that a file needs is looked for before it is taken.</para>
/// <para>The server listens on loopback unless -LocalAddress or -AnyAddress says otherwise. Beyond it, use -SelfSigned or -Certificate, and let only those in who are meant: -SharedSecret, -AllowedThumbprint, -Allow.</para>
/// </remarks>
/// <example>
///   <para>Receives a file, and tells what came.</para>
///   <code>$null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// [IO.File]::WriteAllText("$PWD/report.txt", 'All is well.')
/// $server = Start-FramedFileServer -Destination inbox
/// $server | Send-FramedFile -Path report.txt
/// ($server | Receive-NetListener).Where{ $_.Type -eq 'Message' }.Message
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Encrypted, and only for those who know the secret. The pipeline pins the certificate that was made for the occasion.</para>
///   <code>$null = [IO.Directory]::CreateDirectory("$PWD/inbox")
/// [IO.File]::WriteAllText("$PWD/report.txt", 'Nobody else reads this.')
/// $server = Start-FramedFileServer inbox -SelfSigned -SharedSecret 'correct horse battery staple'
/// $server | Send-FramedFile -Path report.txt -SharedSecret 'correct horse battery staple'
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: the running server. It pipes into Send-FramedFile, and into Get-, Wait-, Receive- and Stop-NetListener.</outputs>
/// <seealso cref="SendFramedFileCommand"/>
/// <seealso cref="ReceiveFramedFileCommand"/>
[Cmdlet(VerbsLifecycle.Start, "FramedFileServer")]
[OutputType(typeof(NetListener))]
public sealed class StartFramedFileServerCommand : FileReceiverCommand
{
    protected override ServerProtocol CreateProtocol() => new FileServerProtocol(CreateReceiveOptions());
}
