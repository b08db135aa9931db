using System.Collections;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Scripting;
using PSNetConcurrency.Infrastructure.Udp;

namespace PSNetConcurrency.Commands.Udp;

/// <summary>Starts a UDP server that answers each datagram with what a script block returns.</summary>
/// <remarks>
/// <para>The block gets the datagram's content as the message ($Message, and also $_) and its sender ($Client). What it emits is the reply: each object is a datagram of its own, strings in -Encoding, bytes as they are; nothing emitted means no reply. A run of bytes is one datagram. $Client tells RemoteEndPoint, ComputerName, Port, ReceivedAt and Listener, and has Send() for a datagram beside the replies, also later. A reply that no datagram can hold (65507 bytes over IPv4) is an Error event and is not sent.</para>
/// <para>UDP loses, doubles and reorders datagrams, and their sender can be forged: answer with less than was asked, or use -Allow. At most 1024 datagrams, or 16 MiB of them, are with the block or wait for it; more are dropped, the newest, as a network would: RefusedCount counts them, and a Refused event tells of it, at most once a second.</para>
/// <para>The block runs in runspaces of this listener's own, where this module's cmdlets are: $using: variables, -Variable and -Module are how it gets at anything else of the session. A terminating error in it, which is any that a catch would catch, is an Error event (Receive-NetListener), its datagram gets no reply, and the server goes on; a non-terminating error, warning or other output is an event only. Each datagram is a Message event.</para>
/// <para>With -MulticastGroup it also serves what is sent to a group, so that it can stand in for an SSDP or mDNS responder. Its replies go to the sender, from this machine's own address.</para>
/// </remarks>
/// <example>
///   <para>A server that answers in capitals, asked with .NET's own client.</para>
///   <code>$server = Start-UdpServer { param($Message, $Client) $Message.ToUpper() }
/// $client = [Net.Sockets.UdpClient]::new($server.ComputerName, $server.Port)
/// $null = $client.Send([Text.Encoding]::UTF8.GetBytes('hello'), 5)
/// $from = [Net.IPEndPoint]::new(0, 0)
/// [Text.Encoding]::UTF8.GetString($client.Receive([ref]$from))
/// $client.Dispose()
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Waits for one datagram, such as the signal of a job that is done, and shows what came from where.</para>
///   <code>$server = Start-UdpServer -Once { }
/// $client = [Net.Sockets.UdpClient]::new($server.ComputerName, $server.Port)
/// $null = $client.Send([Text.Encoding]::UTF8.GetBytes('done'), 4)
/// $null = $server | Wait-NetListener -TimeoutSeconds 30
/// ($server | Receive-NetListener).Where{ $_.Type -eq 'Message' }
/// $client.Dispose()
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: the running server.</outputs>
/// <seealso cref="StartUdpEchoServerCommand"/>
[Cmdlet(VerbsLifecycle.Start, "UdpServer")]
[OutputType(typeof(NetListener))]
public sealed class StartUdpServerCommand : UdpListenerCommand
{
    private UntakenHandler? _handler;

    /// <summary>The block that answers: param($Message, $Client). What it emits is the reply.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>Serial (the default) handles one datagram at a time, in the order they came; Parallel handles up to -ThrottleLimit at once.</summary>
    [Parameter]
    public HandlerConcurrency Concurrency { get; set; }

    /// <summary>How many datagrams are handled at once with -Concurrency Parallel; each takes a thread and a runspace. The default is 8.</summary>
    [Parameter]
    [ValidateRange(1, 512)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>The longest datagram taken, in bytes; longer ones are dropped and counted. The default is 65535: whatever UDP carries.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int MaximumMessageBytes { get; set; } = 65535;

    /// <summary>The encoding of messages and replies that are text: a name or a code page. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>Hands the message to the block as bytes instead of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Variables that the block can read: names and values. $using: does the same for single ones.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable Variable { get; set; } = [];

    /// <summary>Modules to import for the block: names or paths.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Module { get; set; } = [];

    /// <summary>Serves one datagram, then stops. One that the block failed on, or that was refused, does not count.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    protected override string ListenerKind => "Script";

    protected override DatagramService CreateService()
    {
        Encoding encoding = Encoding;
        bool asBytes = AsByteStream;
        DatagramMessageOptions options = new() { MaximumMessageBytes = MaximumMessageBytes, Once = Once };
        return new DatagramMessageService(_handler!.Take(), data => PayloadConverter.ToMessage(FrameFormat.None, null, data, encoding, asBytes), options);
    }

    protected override async Task EndAsync()
    {
        // First what can be wrong with the parameters: the handler takes a thread.
        UdpServerOptions options = CreateOptions();
        int concurrency = Concurrency == HandlerConcurrency.Serial ? 1 : ThrottleLimit;
        ScriptServerOptions server = new(ScriptBlock, SessionState.PSVariable, Variable, Module, concurrency, FrameFormat.None, Encoding);
        await ScriptServer.RunAsync(server, handler =>
        {
            _handler = handler;
            StartListener(options);
        }, StopToken);
    }
}
