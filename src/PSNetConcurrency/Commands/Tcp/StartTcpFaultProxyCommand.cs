using System.Management.Automation;
using System.Net;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Starts a TCP proxy that puts faults between a client and a server: delay, little bandwidth, torn and joined writes, changed bytes, breaks.</summary>
/// <remarks>
/// <para>Clients connect to the proxy instead of the server; it passes everything on, both ways, with the faults that the parameters name. Without any it is a plain proxy. Set-NetFault changes the faults while it runs. A client or server that works through it with -SliceSize 1, with -CoalesceBytes and with -ResetAfterBytes has its framing and its error handling right.</para>
/// <para>Each direction of each connection is a pipe of its own, with counts of its own. Bytes are changed (-CorruptRate), joined (-CoalesceBytes, -CoalesceMilliseconds), divided (-SliceSize), delayed (-LatencyMilliseconds, -JitterMilliseconds), held to a speed (-BandwidthBytesPerSecond) and cut off (-CloseAfterBytes, -ResetAfterBytes, -StallAfterBytes), in that order. Every direction keeps the order of its bytes. The end of one side's sending is passed on behind its last byte, and a reset as a reset; one from the client overtakes what is still on its way.</para>
/// <para>Which bytes are changed, and how, follows from -Seed, the number of the connection and the place of the byte alone: the same seed changes the same bytes, however they are cut and whenever they come. The output object has the Seed, also where the proxy chose it, the faults in force as Fault, and counts as FaultStatistic.</para>
/// <para>A client that reads slowly slows the server down, and the other way round: a direction holds 1 MiB at most, or what the latency needs: up to 16 MiB, and with -BandwidthBytesPerSecond up to 64 MiB. The name of the target is resolved once, at the start. When the target takes no connection the client is reset, and Receive-NetListener tells why. With -Certificate or -SelfSigned the proxy ends TLS itself and speaks plainly with the target.</para>
/// </remarks>
/// <example>
///   <para>An answer that takes its time.</para>
///   <code>$server = Start-TcpEchoServer
/// $proxy = $server | Start-TcpFaultProxy -LatencyMilliseconds 100 -JitterMilliseconds 20
/// $proxy | Invoke-TcpExchange -InputObject 'hello' -Detailed
/// $proxy, $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Does the receiver put a message together that comes a byte at a time?</para>
///   <code>$server = Start-TcpServer -FrameFormat Line { param($Message) "You said $Message" }
/// $proxy = $server | Start-TcpFaultProxy -SliceSize 1
/// $proxy | Invoke-TcpExchange -InputObject 'hello' -FrameFormat Line
/// $proxy.FaultStatistic
/// $proxy, $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>A server that breaks off in the middle of its answer, told by address.</para>
///   <code>$server = Start-TcpEchoServer
/// $proxy = Start-TcpFaultProxy -TargetName $server.ComputerName -TargetPort $server.Port -ResetAfterBytes 3 -Direction ServerToClient
/// $proxy | Invoke-TcpExchange -InputObject 'hello' -UntilClosed -ErrorAction SilentlyContinue -ErrorVariable failure
/// $failure.Exception.Received
/// $proxy, $server | Stop-NetListener -Force</code>
/// </example>
/// <example>
///   <para>Changed bytes, the same ones in every run.</para>
///   <code>$server = Start-TcpEchoServer
/// $proxy = $server | Start-TcpFaultProxy -CorruptRate 0.05 -Seed 42 -Direction ServerToClient
/// $null = $proxy | Invoke-TcpExchange -InputObject ('x' * 100)
/// $proxy.FaultStatistic.Corrupted
/// $proxy, $server | Stop-NetListener</code>
/// </example>
/// <inputs>PSNetConcurrency.NetListener: the server to stand in front of. Other objects with TargetName (or ComputerName) and TargetPort bind by property name.</inputs>
/// <outputs>PSNetConcurrency.FaultProxyListener: the running proxy, a NetListener with TargetName, TargetPort, Seed, Fault and FaultStatistic.</outputs>
/// <seealso cref="SetNetFaultCommand"/>
[Cmdlet(VerbsLifecycle.Start, "TcpFaultProxy", DefaultParameterSetName = ToListener)]
[OutputType(typeof(FaultProxyListener))]
public sealed class StartTcpFaultProxyCommand : TcpListenerCommand
{
    internal const string ToAddress = "Address", ToListener = "Listener";

    private string _targetName = "";
    private int _targetPort;
    private IPAddress[] _addresses = [];
    private NetFault _fault = NetFault.None;

    /// <summary>The server to pass clients on to, as a Start cmdlet or Get-NetListener returns it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ToListener)]
    [ValidateNotNull]
    public NetListener? Target { get; set; }

    /// <summary>The name or address of the server to pass clients on to. Every address of a name is tried, the one that answered last before the others.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ToAddress)]
    [ValidateNotNullOrEmpty]
    [Alias("ComputerName", "HostName", "Cn")]
    public string TargetName { get; set; } = "";

    /// <summary>The port of the server to pass clients on to.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ToAddress)]
    [ValidateRange(1, 65535)]
    public int TargetPort { get; set; }

    /// <summary>How much later everything arrives, in milliseconds, each way.</summary>
    [Parameter]
    public double LatencyMilliseconds { get; set; }

    /// <summary>Up to how many milliseconds are added to the latency, drawn anew for each piece (with -SliceSize, each slice). Nothing overtakes what came before it.</summary>
    [Parameter]
    public double JitterMilliseconds { get; set; }

    /// <summary>How many bytes pass in a second, each way.</summary>
    [Parameter]
    public long? BandwidthBytesPerSecond { get; set; }

    /// <summary>How many bytes are passed on at once at most, each slice as a segment of its own.</summary>
    [Parameter]
    public int? SliceSize { get; set; }

    /// <summary>Holds bytes until so many are gathered, and passes them on at once, as a network does that makes messages stick together. At most 1048576.</summary>
    [Parameter]
    public int? CoalesceBytes { get; set; }

    /// <summary>How long bytes are held to be joined with those that follow. Alone it holds everything for that long; with only -CoalesceBytes given it is 200.</summary>
    [Parameter]
    public double? CoalesceMilliseconds { get; set; }

    /// <summary>Ends the direction, as a close does, after exactly so many bytes. What more is sent is thrown away; the other direction goes on.</summary>
    [Parameter]
    public long? CloseAfterBytes { get; set; }

    /// <summary>Resets the connection, both ways, after exactly so many bytes of a direction. With 0 that is as soon as it is made.</summary>
    [Parameter]
    public long? ResetAfterBytes { get; set; }

    /// <summary>Delivers nothing more after exactly so many bytes of a direction, not even its end; the connection stays. What is held is delivered when Set-NetFault takes the fault away.</summary>
    [Parameter]
    public long? StallAfterBytes { get; set; }

    /// <summary>The probability that a byte is changed, 0 to 1.</summary>
    [Parameter]
    public double CorruptRate { get; set; }

    /// <summary>Which direction the faults are for: Both (the default), ClientToServer or ServerToClient. For different faults each way, put one proxy in front of another.</summary>
    [Parameter]
    public FaultDirection Direction { get; set; }

    /// <summary>What the random faults are drawn from. The same seed changes the same bytes. The default is chosen at random, and stands on the output object.</summary>
    [Parameter]
    public long? Seed { get; set; }

    protected override string ListenerKind => FaultProxyListener.ProxyKind;

    protected override ServerProtocol CreateProtocol()
    {
        bool passesTls = Target is { UseTls: true };
        if (passesTls && (SelfSigned || Certificate is not null))
        {
            throw new NetException(NetError.InvalidArgument,
                $"{Target!.Name} speaks TLS with its clients itself. Leave out -Certificate and -SelfSigned, or put the proxy in front of a server without TLS.", Target);
        }
        return new FaultProxyProtocol(_targetName, _targetPort, _addresses, _fault, Seed ?? Random.Shared.Next()) { TargetThumbprint = Target?.CertificateThumbprint };
    }

    protected override TcpServer StartServer(TcpServerOptions options, ServerProtocol protocol) => FaultProxyListener.Start(options, (FaultProxyProtocol)protocol);

    protected override async Task ProcessAsync()
    {
        if (Target is { Transport: not NetTransport.Tcp })
        {
            throw new NetException(NetError.InvalidArgument, $"{Target.Name} takes datagrams. Start-UdpFaultProxy puts a proxy in front of it.", Target);
        }
        (_targetName, _targetPort) = Target is null ? (TargetName, TargetPort) : (Target.ComputerName, Target.Port);
        _fault = new NetFault
        {
            LatencyMilliseconds = LatencyMilliseconds,
            JitterMilliseconds = JitterMilliseconds,
            BandwidthBytesPerSecond = BandwidthBytesPerSecond,
            SliceSize = SliceSize,
            CoalesceBytes = CoalesceBytes,
            CoalesceMilliseconds = CoalesceMilliseconds,
            CloseAfterBytes = CloseAfterBytes,
            ResetAfterBytes = ResetAfterBytes,
            StallAfterBytes = StallAfterBytes,
            CorruptRate = CorruptRate,
            Direction = Direction,
        };
        _addresses = await TcpConnector.ResolveAsync(_targetName, StopToken);
        StartListener(CreateOptions());
    }

    // One proxy for each server that comes down the pipeline; they are started by then.
    protected override Task EndAsync() => Task.CompletedTask;
}
