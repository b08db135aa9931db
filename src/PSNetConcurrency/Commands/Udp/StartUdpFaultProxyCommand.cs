using System.Management.Automation;
using System.Net;
using PSNetConcurrency.Commands.Tcp;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Udp;

/// <summary>Starts a UDP proxy that does to datagrams what networks do: it loses, duplicates, reorders, delays, truncates and changes them.</summary>
/// <remarks>
/// <para>Clients send to the proxy instead of the server; it passes their datagrams on, each client's from a socket of its own, so that the answers find their client. Each direction of each client has numbers and delays of its own. Without faults it is a plain proxy. Set-NetFault changes the faults while it runs.</para>
/// <para>A datagram is lost (-LossRate, -LossBurstLength), truncated (-TruncateRate), changed (-CorruptRate), duplicated (-DuplicateRate), held back to be overtaken (-ReorderRate), sent over a slow link (-BandwidthBytesPerSecond) and delayed (-LatencyMilliseconds, -JitterMilliseconds), in that order. A copy follows the datagram at once, except that jitter delays it by itself. What is lost neither overtakes nor takes bandwidth. -LossRate 1 is a link that is down.</para>
/// <para>What happens to a datagram follows from -Seed, the number of the client (1 for the first), the direction and the number of the datagram in it alone, never from time: the same seed repeats the same decisions, whatever other faults there are. The output object has the Seed, also where the proxy chose it, the faults in force as Fault, and as FaultStatistic what was done, in all and each way (ClientToServer, ServerToClient), with the decisions one by one (Decisions).</para>
/// <para>Reordered counts what RFC 4737 counts: datagrams that are passed on after one that came later. A datagram that -ReorderRate chose waits until -ReorderDistance later ones, not chosen themselves, have passed it, and follows right behind the last of them; when fewer come within -ReorderMilliseconds it goes on all the same, and counts only if one has passed it. No more than 64 are held back at once in one direction of a client; one more passes.</para>
/// <para>Memory is bounded: 16 MiB may wait in one direction of a client, 64 MiB in all, and -QueueBytes where it is less; what comes beyond is dropped and counted as Overflowed. So is the number of clients. The name of the target is resolved once, at the start; of its addresses one of the family that the proxy listens on is taken. When the target's system answers that nothing listens there, Receive-NetListener tells so once; to a client that can't be told, as a UDP proxy can't send ICMP.</para>
/// </remarks>
/// <example>
///   <para>What a lossy network does to a client of a server on this machine. The seed makes every run the same.</para>
///   <code>$socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
/// $proxy = Start-UdpFaultProxy -TargetName 127.0.0.1 -TargetPort $socket.Client.LocalEndPoint.Port -LossRate 0.2 -DuplicateRate 0.1 -Seed 42
/// $client = [Net.Sockets.UdpClient]::new($proxy.ComputerName, $proxy.Port)
/// foreach ($i in 1..50) { $null = $client.Send([byte[]] $i, 1) }
/// $proxy | Wait-NetListener -MessageCount 50 -TimeoutSeconds 10
/// $proxy.FaultStatistic
/// $proxy.FaultStatistic.Decisions
/// $proxy | Stop-NetListener
/// $client.Dispose(); $socket.Dispose()</code>
/// </example>
/// <example>
///   <para>A long and slow way, only towards the clients, for a name server; taken away again.</para>
///   <code>$proxy = Start-UdpFaultProxy 127.0.0.1 53 -LatencyMilliseconds 300 -JitterMilliseconds 50 -Direction ServerToClient -Name Dns
/// "Ask $($proxy.ComputerName), port $($proxy.Port)."
/// Set-NetFault -Name Dns -Reset
/// Stop-NetListener -Name Dns</code>
/// </example>
/// <example>
///   <para>Bursts: one datagram in ten is lost, but four in a row on average, as radio does.</para>
///   <code>$proxy = Start-UdpFaultProxy 127.0.0.1 5004 -LossRate 0.1 -LossBurstLength 4
/// "$($proxy.Fault)"
/// $proxy | Stop-NetListener</code>
/// </example>
/// <inputs>PSNetConcurrency.NetListener: the UDP server to stand in front of. Other objects with TargetName (or ComputerName) and TargetPort bind by property name.</inputs>
/// <outputs>PSNetConcurrency.UdpFaultProxyListener: the running proxy, a NetListener with TargetName, TargetPort, Seed, Fault and FaultStatistic.</outputs>
/// <seealso cref="SetNetFaultCommand"/>
/// <seealso cref="StartTcpFaultProxyCommand"/>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc4737">RFC 4737, Packet Reordering Metrics</seealso>
[Cmdlet(VerbsLifecycle.Start, "UdpFaultProxy", DefaultParameterSetName = ToListener)]
[OutputType(typeof(UdpFaultProxyListener))]
public sealed class StartUdpFaultProxyCommand : ListenerCommand
{
    internal const string ToAddress = "Address", ToListener = "Listener";

    /// <summary>The server to pass datagrams on to, as a Start cmdlet or Get-NetListener returns it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ToListener)]
    [ValidateNotNull]
    public NetListener? Target { get; set; }

    /// <summary>The name or address of the server to pass datagrams on to.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ToAddress)]
    [ValidateNotNullOrEmpty]
    [Alias("ComputerName", "HostName", "Cn")]
    public string TargetName { get; set; } = "";

    /// <summary>The port of the server to pass datagrams on to.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ToAddress)]
    [ValidateRange(1, 65535)]
    public int TargetPort { get; set; }

    /// <summary>The probability that a datagram is lost, 0 to 1.</summary>
    [Parameter]
    public double LossRate { get; set; }

    /// <summary>How many datagrams are lost in a row, on average (the model of Gilbert). -LossRate remains the part of all that is lost. Without it each datagram is lost or not by itself.</summary>
    [Parameter]
    public double? LossBurstLength { get; set; }

    /// <summary>The probability that the end of a datagram is cut off, 0 to 1. Of a datagram of two bytes or more something is left, and something is not; every length is as likely.</summary>
    [Parameter]
    public double TruncateRate { get; set; }

    /// <summary>The probability that one bit of a datagram is changed, 0 to 1. Every bit is as likely. An empty datagram stays as it is.</summary>
    [Parameter]
    public double CorruptRate { get; set; }

    /// <summary>The probability that a datagram is passed on twice, 0 to 1.</summary>
    [Parameter]
    public double DuplicateRate { get; set; }

    /// <summary>The probability that a datagram is held back until -ReorderDistance later ones have passed it, 0 to 1.</summary>
    [Parameter]
    public double ReorderRate { get; set; }

    /// <summary>How many later datagrams pass one that is held back. The default is 1: two that follow each other are swapped. A TCP, QUIC or RTP receiver takes a datagram for lost from 3 on, by default.</summary>
    [Parameter]
    public int? ReorderDistance { get; set; }

    /// <summary>How long, in milliseconds, a datagram is held back at most when too few follow it. The default is 100.</summary>
    [Parameter]
    public double? ReorderMilliseconds { get; set; }

    /// <summary>How much later every datagram arrives, in milliseconds, each way.</summary>
    [Parameter]
    public double LatencyMilliseconds { get; set; }

    /// <summary>Up to how many milliseconds are added to the latency, drawn anew for each datagram, every value as likely. A datagram may so overtake one before it, as with netem (tc-netem), unless -KeepOrder is set. What netem calls delay 100ms 20ms, 80 to 120, is -LatencyMilliseconds 80 -JitterMilliseconds 40.</summary>
    [Parameter]
    public double JitterMilliseconds { get; set; }

    /// <summary>Has no datagram overtake another by jitter or a change of latency: it then arrives no earlier than the one before. -ReorderRate reorders all the same.</summary>
    [Parameter]
    public SwitchParameter KeepOrder { get; set; }

    /// <summary>How many bytes (of the datagrams' contents) pass in a second, each way of each client. What comes faster waits, as far as -QueueBytes and memory allow.</summary>
    [Parameter]
    public long? BandwidthBytesPerSecond { get; set; }

    /// <summary>How many bytes may wait in one direction of a client, delayed ones among them; what comes beyond is dropped. One datagram may always wait. The default is what memory is given, 16 MiB.</summary>
    [Parameter]
    public int? QueueBytes { get; set; }

    /// <summary>Which direction the faults are for: Both (the default), ClientToServer or ServerToClient. For different faults each way, put one proxy in front of another.</summary>
    [Parameter]
    public FaultDirection Direction { get; set; }

    /// <summary>What the faults are drawn from. The same seed makes the same decisions. The default is chosen at random, and stands on the output object.</summary>
    [Parameter]
    public long? Seed { get; set; }

    /// <summary>How many clients (one per address and port) there may be at once; what others send is dropped, and counted as refused. The default is 1000.</summary>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int MaximumClient { get; set; } = 1000;

    /// <summary>How long, in seconds, a client and the target may both be silent before the client is forgotten and its socket closed; 0 for ever. If it comes back it is a client with a number of its own. The default is 60.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double IdleTimeoutSeconds { get; set; } = 60;

    /// <summary>How many decisions FaultStatistic keeps one by one; more are only counted. The default is 1024.</summary>
    [Parameter]
    [ValidateRange(0, 10_000_000)]
    public int DecisionCount { get; set; } = DatagramFaultStatistic.DefaultDecisions;

    protected override string ListenerKind => UdpFaultProxyListener.ProxyKind;

    protected override async Task ProcessAsync()
    {
        if (Target is { Transport: not NetTransport.Udp })
        {
            throw new NetException(NetError.InvalidArgument, $"{Target.Name} takes connections. Start-TcpFaultProxy puts a proxy in front of it.", Target);
        }
        (string name, int port) = Target is null ? (TargetName, TargetPort) : (Target.ComputerName, Target.Port);
        NetFault fault = new()
        {
            LossRate = LossRate,
            LossBurstLength = LossBurstLength,
            TruncateRate = TruncateRate,
            CorruptRate = CorruptRate,
            DuplicateRate = DuplicateRate,
            ReorderRate = ReorderRate,
            ReorderDistance = ReorderDistance,
            ReorderMilliseconds = ReorderMilliseconds,
            LatencyMilliseconds = LatencyMilliseconds,
            JitterMilliseconds = JitterMilliseconds,
            KeepOrder = KeepOrder,
            BandwidthBytesPerSecond = BandwidthBytesPerSecond,
            QueueBytes = QueueBytes,
            Direction = Direction,
        };
        IPAddress[] addresses = await TcpConnector.ResolveAsync(name, StopToken);
        UdpFaultProxyService service = new(name, port, addresses, fault, Seed ?? Random.Shared.Next(), DecisionCount)
        {
            MaximumClient = MaximumClient,
            IdleTimeout = TimeSpan.FromSeconds(IdleTimeoutSeconds),
        };
        UdpServerOptions options = new() { Name = Name, Address = AddressToBind(), Port = Port, Allow = AllowedNetworks(), Deny = DeniedNetworks() };
        WriteObject(Launched(UdpFaultProxyListener.Start(options, service), options.Address, "-Allow and -Deny"));
    }
}
