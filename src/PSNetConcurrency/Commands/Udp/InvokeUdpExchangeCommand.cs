using System.Globalization;
using System.Management.Automation;
using System.Net;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Udp;

namespace PSNetConcurrency.Commands.Udp;

/// <summary>Sends messages over UDP and returns the replies, never taking a stray datagram for one.</summary>
/// <remarks>
/// <para>UDP loses, repeats and delays datagrams, and anyone can send one. What keeps a wrong one from being taken for the reply:</para>
/// <list type="bullet">
///   <item>The socket is for one server (connected): the system drops what comes from any other address or port.</item>
///   <item>Messages to one server share a socket only while every exchange was clean. After a time-out, a repetition, or a refusal the next message goes out from another port: a late reply arrives where nobody listens.</item>
///   <item>Before each message what waits at the socket is thrown away; that anything does shows that replies come twice on this path, and from then on each message has a port of its own.</item>
///   <item>What remains: the network doubles the reply to a clean exchange, and the copy arrives after the next message has left. Nothing in UDP tells it from that message's reply. -NewSocket rules it out, with a port for each message; so does -ReplyFilter, for protocols whose replies name their request (DNS, NTP, SNMP, RADIUS).</item>
/// </list>
/// <para>-RetryCount sends a message again when no reply comes, after waits that double, each up to a tenth shorter or longer by chance, and that together are -TimeoutSeconds: with 2 retries in 7 seconds after about 1 and 3 seconds. The server may so get a message twice. The default is not to repeat. Attempt tells how often the message had been sent when the reply came, and Latency counts from the last time; which of them it answers nobody knows (Karn's rule), so leave latencies out of statistics where Attempt is not 1.</para>
/// <para>What came of it is the Status of the result: Replied, TimedOut, Refused (nothing listens on that port), Unreachable, or Sent with -ReplyCount 0. None of these is an error, as with Test-TcpPort. With -AsByteStream there is only the reply, so there they are the errors TimedOut, ConnectionRefused and HostUnreachable.</para>
/// <para>Of a name with several addresses the first is asked; as UDP has no handshake, only one that refuses or can't be reached makes way for the next.</para>
/// <para>Messages from the pipeline are exchanged one after the other. Hosts from the pipeline, with -InputObject given, are asked at the same time, up to -ThrottleLimit of them, and results come in the order in which they are known; with -ReplyFilter, which runs in this session, one after the other.</para>
/// <para>With -Broadcast or -MulticastGroup anyone may reply. All replies within -TimeoutSeconds are taken, up to -ReplyCount; each message has a socket of its own.</para>
/// </remarks>
/// <example>
///   <para>Three messages to a server, and the result of each.</para>
///   <code>$server = Start-UdpServer { param($Message) "$Message, too" }
/// 'a', 'b', 'c' | Invoke-UdpExchange $server.ComputerName $server.Port
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>The time of an NTP server, checked by what the reply repeats of the request: bytes 24 to 31 are the request's 40 to 47.</para>
///   <code>$request = [byte[]]::new(48)
/// $request[0] = 0x23
/// [Random]::new().NextBytes([ArraySegment[byte]]::new($request, 40, 8))
/// Invoke-UdpExchange -ComputerName 127.0.0.1 -Port 123 -InputObject $request -TimeoutSeconds 0.5 -ReplyFilter { param($Reply, $Request)
///     $Reply.Length -ge 48 -and "$($Reply.Data[24..31])" -eq "$($Request[40..47])" }</code>
/// </example>
/// <example>
///   <para>Which devices of the network answer a search (SSDP), within a second.</para>
///   <code>$search = "M-SEARCH * HTTP/1.1`r`nHOST: 239.255.255.250:1900`r`nMAN: `"ssdp:discover`"`r`nMX: 1`r`nST: ssdp:all`r`n`r`n"
/// Invoke-UdpExchange -MulticastGroup 239.255.255.250 -Port 1900 -InputObject $search -TimeoutSeconds 1 -ErrorAction SilentlyContinue</code>
/// </example>
/// <inputs>System.Object: the messages. Or objects with ComputerName and Port, such as a listener, with -InputObject given.</inputs>
/// <outputs>PSNetConcurrency.UdpExchangeResult: one for each reply, or for each exchange without enough of them; with -AsByteStream System.Byte[].</outputs>
/// <seealso cref="SendUdpDatagramCommand"/>
/// <seealso cref="MeasureUdpLinkCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "UdpExchange", DefaultParameterSetName = ToServer)]
[OutputType(typeof(UdpExchangeResult), typeof(byte[]))]
public sealed class InvokeUdpExchangeCommand : UdpMessageCommand
{
    private const int QueueLength = 4096;

    private readonly BatchQueue<Output> _queue = new(QueueLength);
    private CancellationTokenRegistration _stopQueue;
    private UdpExchanger? _exchanger;
    private (string, int) _key;
    private Action<UdpExchangeResult>? _write;
    private int _running;
    private int _results;

    /// <summary>How long an exchange may take with all its retries, and to resolve the name before the first, in seconds. The default is 5.</summary>
    [Parameter]
    [ValidateRange(0.001d, 31_536_000d)]
    public double TimeoutSeconds { get; set; } = 5;

    /// <summary>How often each message is exchanged, one after the other. The default is 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>How often a message is sent again while no reply comes. The default is 0.</summary>
    [Parameter]
    [ValidateRange(0, 30)]
    public int RetryCount { get; set; }

    /// <summary>How many replies to wait for after each message; 0 to send only. The default is 1, and with -Broadcast or -MulticastGroup all that come in the time.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int ReplyCount { get; set; } = 1;

    /// <summary>Says whether a datagram is the reply to the message: a block that gets the datagram ($_ as well) and the message as it was given, and returns true or false. One that is not is dropped, and the wait goes on.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? ReplyFilter { get; set; }

    /// <summary>Gives each message a socket, and so a port, of its own: no datagram that belongs to an earlier message reaches it.</summary>
    [Parameter]
    public SwitchParameter NewSocket { get; set; }

    /// <summary>Returns the bytes of the replies alone. What has no reply is then an error.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>How many hosts from the pipeline are asked at once; each takes a thread while it is. The default is 32.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 32;

    private TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    // Where the pipeline brings hosts rather than messages.
    private bool IsParallel => Given && MyInvocation.ExpectingInput && ReplyFilter is null;

    protected override ProgressRecord? Progress() => ProgressOf(
        string.Create(CultureInfo.CurrentCulture, $"{_results:N0} results; {(IsParallel ? $"{_running} hosts under way" : $"waiting for {Target}:{Port}")}"),
        !IsParallel && Count > 1 ? 100d * _results / Count : -1);

    protected override async Task BeginAsync()
    {
        await base.BeginAsync();
        _stopQueue = StopToken.Register(_queue.Stop);
        _write = Write;
    }

    protected override async Task EndAsync()
    {
        await base.EndAsync();
        while (_running > 0)
        {
            Drain(await _queue.TakeAsync());
        }
    }

    protected override void ReleaseResources()
    {
        _stopQueue.Dispose();
        _queue.Stop();
        _exchanger?.Dispose();
    }

    protected override async Task SendAsync(object? message)
    {
        byte[] bytes = Encode(message);
        object? sent = message is PSObject wrapped and not { BaseObject: PSCustomObject } ? wrapped.BaseObject : message;
        if (IsParallel)
        {
            await StartAsync(sent, bytes);
            return;
        }
        if (_exchanger is null || _key != (Target, Port))
        {
            _exchanger?.Dispose();
            _exchanger = null;
            IPAddress[] addresses = await ResolveAsync(Timeout);
            _exchanger = new UdpExchanger(Options(), addresses, WhileWaiting, StopToken);
            _key = (Target, Port);
        }
        // On this thread: it has nothing else to do, and a reply costs no change of threads.
        for (int i = 0; i < Count; i++)
        {
            _exchanger.Exchange(sent, bytes, _write!);
            ShowProgressWhenDue();
        }
    }

    private bool WhileWaiting()
    {
        ShowProgressWhenDue();
        return true;
    }

    private async Task StartAsync(object? sent, byte[] bytes)
    {
        Drain(_queue.TryTake());
        while (_running >= ThrottleLimit)
        {
            Drain(await _queue.TakeAsync());
        }
        _running++;
        UdpExchangeOptions options = Options();
        int count = Count;
        _ = ResolveAndRunAsync(ResolveAsync(Timeout));

        async Task ResolveAndRunAsync(Task<IPAddress[]> resolving)
        {
            Exception? failure = null;
            try
            {
                IPAddress[] addresses = await resolving.ConfigureAwait(false);
                await Task.Factory.StartNew(() => Run(options, addresses, sent, bytes, count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = e;
            }
            _queue.Add(new Output(null, failure, options));
            _queue.Flush();
        }
    }

    private void Run(UdpExchangeOptions options, IPAddress[] addresses, object? sent, byte[] bytes, int count)
    {
        using UdpExchanger exchanger = new(options, addresses, () =>
        {
            _queue.Flush();
            return false;
        }, StopToken);
        bool wanted = true;
        for (int i = 0; i < count && wanted; i++)
        {
            exchanger.Exchange(sent, bytes, result => wanted = _queue.Add(new Output(result, null, options)));
        }
    }

    private void Drain(IReadOnlyList<Output>? outputs)
    {
        foreach (Output output in outputs ?? [])
        {
            if (output.Result is { } result)
            {
                Write(result);
                continue;
            }
            _running--;
            switch (output.Failure)
            {
                case null:
                    break;
                case NetException failure:
                    ReportFailure(failure, failure.Target ?? $"{output.Options.ComputerName}:{output.Options.Port}");
                    break;
                case var other:
                    throw other;
            }
        }
    }

    private UdpExchangeOptions Options()
    {
        bool anyone = Broadcast || MulticastGroup is not null;
        return new UdpExchangeOptions
        {
            ComputerName = Target,
            Port = Port,
            Timeout = Timeout,
            RetryCount = RetryCount,
            ReplyCount = anyone && !MyInvocation.BoundParameters.ContainsKey(nameof(ReplyCount)) ? int.MaxValue : ReplyCount,
            FromAnyone = anyone,
            NewSocket = NewSocket,
            Filter = ReplyFilter is null ? null : IsReply,
            Socket = SocketOptions(),
            Encoding = Encoding,
        };
    }

    private bool IsReply(UdpDatagram reply, object? request) =>
        LanguagePrimitives.IsTrue(ReplyFilter!.InvokeWithContext(null, [new PSVariable("_", reply)], reply, request));

    private void Write(UdpExchangeResult result)
    {
        _results++;
        if (!AsByteStream)
        {
            WriteObject(result);
        }
        else if (result.Reply is { } reply)
        {
            WriteObject(reply);
        }
        else if (result.Status != UdpExchangeStatus.Sent)
        {
            ReportFailure(Failure(result));
        }
    }

    private NetException Failure(UdpExchangeResult result)
    {
        string peer = $"{result.ComputerName}:{result.Port}";
        return result.Status switch
        {
            UdpExchangeStatus.Refused => UdpSocket.Describe(System.Net.Sockets.SocketError.ConnectionRefused, peer),
            UdpExchangeStatus.Unreachable => new NetException(NetError.HostUnreachable, $"{peer} can't be reached. Check the route and the firewall.", peer),
            _ => new NetException(NetError.TimedOut, $"No reply, or not as many as asked for, came from {peer} within {TimeoutSeconds:0.###} s, the message being sent {result.Attempt} times. UDP may lose it on either way (-RetryCount), and a server may ignore it.", peer),
        };
    }

    private readonly record struct Output(UdpExchangeResult? Result, Exception? Failure, UdpExchangeOptions Options);
}
