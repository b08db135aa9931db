using System.Buffers;
using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Sends a message over TCP and returns the reply.</summary>
/// <remarks>
/// <para>Each message from the pipeline is sent and its reply awaited before the next. With -FrameFormat message and reply are frames, and all messages to one server share a connection. Without it the reply is whatever comes first, and each message has a connection of its own: a late piece of one reply is never taken for the next.</para>
/// <para>In a format with headers (Dictionary, ContentLength) the reply is the payload, and what its header says is the property Header of what is returned; the reply to be seen of a frame that is only a header is the header's text. A dictionary given as the message is sent as a header alone; -Header gives a header to a payload.</para>
/// <para>A blank message is refused unless -AllowEmpty is given: TCP sends nothing for it, and both sides would wait for each other. A peer that closes without an answer is the error PeerClosed; what arrived before any failure is in the error's Exception.Received.</para>
/// </remarks>
/// <example>
///   <para>One exchange with an echo server.</para>
///   <code>$server = Start-TcpEchoServer
/// $server | Invoke-TcpExchange -InputObject 'hello'
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Three lines over one connection, with their latencies.</para>
///   <code>$server = Start-TcpServer -FrameFormat Line { param($Message) $Message.Length }
/// 'a', 'bb', 'ccc' | Invoke-TcpExchange -ComputerName $server.ComputerName -Port $server.Port -FrameFormat Line -Detailed
/// $server | Stop-NetListener</code>
/// </example>
/// <inputs>System.Object: the messages. Or sessions, or objects with ComputerName and Port such as a listener, with -InputObject given.</inputs>
/// <outputs>System.String, or System.Byte[] with -AsByteStream; with -Detailed PSNetConcurrency.ExchangeResult.</outputs>
[Cmdlet(VerbsLifecycle.Invoke, "TcpExchange", DefaultParameterSetName = OverSession)]
[OutputType(typeof(string), typeof(byte[]), typeof(ExchangeResult))]
public sealed class InvokeTcpExchangeCommand : TcpMessageCommand
{
    private TcpSession? _own;

    /// <summary>How messages and replies are framed: None (the default), Line, LengthField, Dictionary, 'Delimiter,\0', 'FixedSize,16', ContentLength, Varint, Netstring, any of them with options ('LengthField,2,Little'), or what New-FrameFormat or Resolve-FrameFormat returned.</summary>
    [Parameter]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    public FrameFormat FrameFormat { get; set; } = FrameFormat.None;

    /// <summary>The names and values of the header, in a format that has one (Dictionary, ContentLength). The payload's size is added to it. With -InputObject $null the frame is the header alone.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Header { get; set; }

    /// <summary>How many replies to wait for after each message; 0 to send only. The default is 1.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int ReplyCount { get; set; } = 1;

    /// <summary>Ends the sending side after the message, and takes everything until the peer closes as the reply.</summary>
    [Parameter]
    public SwitchParameter UntilClosed { get; set; }

    /// <summary>The longest reply taken, in bytes. The default is 64 MiB.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Allows a message that is empty or blank: an empty frame, or with None a connection that only listens.</summary>
    [Parameter]
    public SwitchParameter AllowEmpty { get; set; }

    /// <summary>Returns bytes instead of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Returns an object with message, reply, latency and the pieces in which the reply came.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override void ReleaseResources() => _own?.Dispose();

    protected override async Task SendAsync(object? message)
    {
        if (!AllowEmpty && Header is null && PayloadConverter.IsBlank(message))
        {
            throw new NetException(NetError.BlankInput, "The message is blank. TCP sends nothing for an empty message, so the server would wait for it and this client for the reply. Use -AllowEmpty if that is meant.", message);
        }
        FrameContent content = PayloadConverter.ToContent(FrameFormat, message, Header, Encoding);
        ArrayBufferWriter<byte> frame = new((content.Payload?.Length ?? 0) + 16);
        FrameFormat.Encode(content.Header, content.Payload, frame);
        TcpSession session = Session ?? await OwnSessionAsync();
        bool broken = true;
        try
        {
            long start = Stopwatch.GetTimestamp();
            await session.SendAsync(frame.WrittenMemory, Timeout, StopToken, ReplyCount == 0 ? 0 : FrameFormat.IsUnframed ? MaximumBytes : Request().Format!.MaximumFrameLength);
            if (UntilClosed)
            {
                await session.ShutdownSendAsync(Timeout, StopToken);
            }
            for (int i = 0; i < ReplyCount; i++)
            {
                Received received = await session.ReceiveAsync(Request(), StopToken);
                TimeSpan latency = Stopwatch.GetElapsedTime(start);
                if (received.EndReason != ReceiveEndReason.Complete || (UntilClosed && received.Data.Length == 0))
                {
                    throw session.Incomplete(received, Timeout);
                }
                Write(session, message, received, latency);
            }
            if (ReplyCount == 0 && _own is not null && FrameFormat.IsUnframed)
            {
                // Nothing came back to show that the message has arrived.
                await _own.CloseAsync(Timeout, StopToken);
            }
            broken = false;
        }
        finally
        {
            // A connection in an unknown state, or one whose replies have no limits, is not used for the next message.
            if (broken || UntilClosed || FrameFormat.IsUnframed)
            {
                _own?.Dispose();
                _own = null;
            }
        }
    }

    protected override async Task EndAsync()
    {
        await base.EndAsync();
        if (ReplyCount == 0 && _own is not null)
        {
            await _own.CloseAsync(Timeout, StopToken);
        }
    }

    private async Task<TcpSession> OwnSessionAsync()
    {
        if (_own is { } open && (open.State != TcpSessionState.Open || open.ComputerName != ComputerName || open.Port != Port))
        {
            open.Dispose();
            _own = null;
        }
        return _own ??= await ConnectAsync();
    }

    private ReceiveRequest Request() => new()
    {
        Format = FrameFormat.WithDefaultMaximum(MaximumBytes, evenIfGiven: MyInvocation.BoundParameters.ContainsKey(nameof(MaximumBytes))),
        UntilClosed = UntilClosed,
        MaximumBytes = MaximumBytes,
        Timeout = Timeout,
    };

    private void Write(TcpSession session, object? message, Received received, TimeSpan latency)
    {
        object reply = PayloadConverter.ToMessage(FrameFormat, received.Header, received.Data, Encoding, AsByteStream);
        WriteObject(Detailed
            ? new ExchangeResult(session.ComputerName, session.Port, session.RemoteEndPoint, message, reply, received.Data.Length, latency, received.Chunks)
            : reply);
    }
}
