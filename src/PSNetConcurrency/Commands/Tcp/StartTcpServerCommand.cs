using System.Collections;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;
using PSNetConcurrency.Infrastructure.Scripting;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Starts a TCP server that answers each message with what a script block returns.</summary>
/// <remarks>
/// <para>The block gets the message ($Message, and also $_) and the client ($Client). What it emits is the reply: each object is a message of its own, strings in -Encoding, bytes as they are; nothing emitted means no reply. $Client tells RemoteEndPoint, BytesReceived and more, keeps what the block stores in $Client.State, and has Send() and Close(). Send() is for what is no reply: bytes as they are, or text as UTF-8, without a frame; where -FrameFormat is set, emit what is to be framed.</para>
/// <para>TCP has no messages: it carries a stream of bytes, which may glue several sends together or split one. -FrameFormat says how the stream is cut. Without it (None) a message is whatever one receive brought, which is right only for clients that wait for each reply; Line is the usual choice for text. The replies of one client always come in the order of its messages. While one message of a client is being handled, no more is read from that client.</para>
/// <para>With -FrameFormat Dictionary the message is the payload, and what the header says is its property Header: $Message.Header.file_name. Of a frame that is only a header, such as a command, the message is the header's JSON. To answer with a header alone, emit a dictionary: @{ status = 'ok' }. To answer with header and payload, emit [PSNetConcurrency.Frame]::new(@{ file_name = 'a.txt' }, $bytes). Text or bytes alone get a header that tells their size. ContentLength does likewise with its header lines.</para>
/// <para>The block runs in runspaces of this listener's own, where this module's cmdlets are: $using: variables, -Variable and -Module are how it gets at anything else of the session. A terminating error in it, which is any that a catch would catch, closes that client's connection, is an Error event (Receive-NetListener) and leaves the server up; a non-terminating error, warning or other output is an event only.</para>
/// </remarks>
/// <example>
///   <para>A server of lines that answers in capitals.</para>
///   <code>$server = Start-TcpServer -FrameFormat Line -ScriptBlock { param($Message, $Client) $Message.ToUpper() }
/// $server | Invoke-TcpExchange -InputObject 'hello' -FrameFormat Line
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>A value from the session, a count kept for each client, and what happened.</para>
///   <code>$greeting = 'Welcome'
/// $server = Start-TcpServer -FrameFormat Line { param($Message, $Client) $Client.State.Seen++; "$using:greeting, $Message. Message $($Client.State.Seen)." }
/// 'Ann', 'Bob' | Invoke-TcpExchange -ComputerName $server.ComputerName -Port $server.Port -FrameFormat Line
/// $server | Receive-NetListener
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Commands in dictionary frames, as programs with Python's struct and json send them.</para>
///   <code>$server = Start-TcpServer -FrameFormat Dictionary { param($Message) @{ status = 'ok'; command = $Message.Header.cmd } }
/// $reply = $server | Invoke-TcpExchange -FrameFormat Dictionary -InputObject @{ cmd = 'list' }
/// $reply
/// $reply.Header.status
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: the running server.</outputs>
[Cmdlet(VerbsLifecycle.Start, "TcpServer")]
[OutputType(typeof(NetListener))]
public sealed class StartTcpServerCommand : TcpListenerCommand
{
    private UntakenHandler? _handler;

    /// <summary>The block that answers: param($Message, $Client). What it emits is the reply.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>How the stream is cut into messages: None (the default), Line, LengthField, Dictionary, 'Delimiter,\0', 'FixedSize,16', ContentLength, Varint, Netstring, any of them with options ('LengthField,2,Little'), or what New-FrameFormat or Resolve-FrameFormat returned. Replies are framed the same way.</summary>
    [Parameter]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    public FrameFormat FrameFormat { get; set; } = FrameFormat.None;

    /// <summary>Serial (the default) handles one message at a time; Parallel handles those of different clients at once, up to -ThrottleLimit.</summary>
    [Parameter]
    public HandlerConcurrency Concurrency { get; set; }

    /// <summary>How many messages are handled at once with -Concurrency Parallel; each takes a thread and a runspace. The default is 8.</summary>
    [Parameter]
    [ValidateRange(1, 512)]
    public int ThrottleLimit { get; set; } = 8;

    /// <summary>The longest message taken, in bytes, its header included. A client that sends a longer one is disconnected. The default is the -MaximumFrameLength of the format where it was given one, else 1 MiB.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumMessageBytes { get; set; } = FrameFormat.DefaultMaximum;

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

    /// <summary>Serves one client, then stops. A client that sends nothing, such as a port test, does not count.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    protected override string ListenerKind => "Script";

    protected override TcpServerOptions CreateOptions() => base.CreateOptions() with { Once = Once };

    protected override ServerProtocol CreateProtocol()
    {
        Encoding encoding = Encoding;
        FrameFormat format = FrameFormat;
        bool asBytes = AsByteStream;
        return new MessageProtocol(format, _handler!.Take(), (header, payload) => PayloadConverter.ToMessage(format, header, payload, encoding, asBytes));
    }

    protected override async Task EndAsync()
    {
        // First what can be wrong with the parameters: the handler takes a thread.
        TcpServerOptions options = CreateOptions();
        FrameFormat = FrameFormat.WithDefaultMaximum(MaximumMessageBytes, evenIfGiven: MyInvocation.BoundParameters.ContainsKey(nameof(MaximumMessageBytes)));
        int concurrency = Concurrency == HandlerConcurrency.Serial ? 1 : ThrottleLimit;
        ScriptServerOptions server = new(ScriptBlock, SessionState.PSVariable, Variable, Module, concurrency, FrameFormat, Encoding);
        await ScriptServer.RunAsync(server, handler =>
        {
            _handler = handler;
            StartListener(options);
        }, StopToken);
    }
}
