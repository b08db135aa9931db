using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Changes the faults of a running proxy, of TCP or UDP.</summary>
/// <remarks>
/// <para>What is not named keeps its value; $null takes a fault away, -Reset takes all away, before what else is named is set. The change is in force when the cmdlet returns, for open connections too.</para>
/// <para>Latency, jitter, bandwidth, -CorruptRate and -Direction are for proxies of both transports. -SliceSize, -CoalesceBytes, -CoalesceMilliseconds and the three -AfterBytes are for TCP; the rest is for UDP. What a proxy can't do is refused, and changes nothing.</para>
/// <para>At a TCP proxy, changed bytes, joining and delays concern what comes from then on: what is on its way keeps its delay, and what follows does not overtake it. The bandwidth, the size of slices and the cuts concern what is on its way too. Cuts count from the beginning of the connection: -StallAfterBytes 0 stalls every connection now, -ResetAfterBytes 0 resets them. What a stall holds is delivered when it is taken away.</para>
/// <para>At a UDP proxy the change concerns the datagrams that come from then on; those on their way keep their time, and may be overtaken where the latency gets less, unless -KeepOrder is set. What is drawn for a datagram follows from the seed and its number alone, whatever was set before.</para>
/// </remarks>
/// <example>
///   <para>A network that gets worse, and well again.</para>
///   <code>$server = Start-TcpEchoServer
/// $proxy = $server | Start-TcpFaultProxy
/// $proxy | Set-NetFault -LatencyMilliseconds 50
/// $proxy | Invoke-TcpExchange -InputObject 'slow' -Detailed
/// $proxy | Set-NetFault -Reset
/// $proxy | Invoke-TcpExchange -InputObject 'fast' -Detailed
/// $proxy, $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Resets every connection through a proxy, and all that are made until the fault is taken away.</para>
///   <code>$server = Start-TcpEchoServer
/// $null = $server | Start-TcpFaultProxy -Name Wire
/// $session = New-TcpSession -ComputerName 127.0.0.1 -Port (Get-NetListener -Name Wire).Port
/// Set-NetFault -Name Wire -ResetAfterBytes 0
/// Receive-TcpData -Session $session -Detailed
/// Set-NetFault -Name Wire -ResetAfterBytes $null
/// $session | Remove-TcpSession
/// Get-NetListener | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>A network of datagrams that loses all of them for a while.</para>
///   <code>$proxy = Start-UdpFaultProxy -TargetName 127.0.0.1 -TargetPort 9
/// $proxy | Set-NetFault -LossRate 1
/// $proxy | Set-NetFault -LossRate 0 -LatencyMilliseconds 20 -PassThru
/// $proxy | Stop-NetListener</code>
/// </example>
/// <outputs>None, or the proxies with -PassThru: PSNetConcurrency.FaultProxyListener or PSNetConcurrency.UdpFaultProxyListener.</outputs>
/// <seealso cref="StartTcpFaultProxyCommand"/>
/// <seealso cref="Udp.StartUdpFaultProxyCommand"/>
[Cmdlet(VerbsCommon.Set, "NetFault", DefaultParameterSetName = ByListener, SupportsShouldProcess = true)]
[OutputType(typeof(FaultProxyListener), typeof(UdpFaultProxyListener))]
public sealed class SetNetFaultCommand : ListenerSelectorCommand
{
    /// <summary>How much later everything arrives, in milliseconds, each way.</summary>
    [Parameter]
    public double? LatencyMilliseconds { get; set; }

    /// <summary>Up to how many milliseconds are added to the latency, drawn anew for each piece or datagram.</summary>
    [Parameter]
    public double? JitterMilliseconds { get; set; }

    /// <summary>How many bytes pass in a second, each way.</summary>
    [Parameter]
    public long? BandwidthBytesPerSecond { get; set; }

    /// <summary>How many bytes are passed on at once at most.</summary>
    [Parameter]
    public int? SliceSize { get; set; }

    /// <summary>Holds bytes until so many are gathered, and passes them on at once.</summary>
    [Parameter]
    public int? CoalesceBytes { get; set; }

    /// <summary>How long bytes are held to be joined with those that follow.</summary>
    [Parameter]
    public double? CoalesceMilliseconds { get; set; }

    /// <summary>Ends the direction, as a close does, after exactly so many bytes since the connection was made; at once where there were more.</summary>
    [Parameter]
    public long? CloseAfterBytes { get; set; }

    /// <summary>Resets the connection after exactly so many bytes since it was made; at once where there were more.</summary>
    [Parameter]
    public long? ResetAfterBytes { get; set; }

    /// <summary>Delivers nothing more after exactly so many bytes since the connection was made; at once where there were more.</summary>
    [Parameter]
    public long? StallAfterBytes { get; set; }

    /// <summary>The probability that a byte is changed, of UDP that one bit of a datagram is, 0 to 1.</summary>
    [Parameter]
    public double? CorruptRate { get; set; }

    /// <summary>UDP: the probability that a datagram is lost, 0 to 1.</summary>
    [Parameter]
    public double? LossRate { get; set; }

    /// <summary>UDP: how many datagrams are lost in a row, on average.</summary>
    [Parameter]
    public double? LossBurstLength { get; set; }

    /// <summary>UDP: the probability that the end of a datagram is cut off, 0 to 1.</summary>
    [Parameter]
    public double? TruncateRate { get; set; }

    /// <summary>UDP: the probability that a datagram is passed on twice, 0 to 1.</summary>
    [Parameter]
    public double? DuplicateRate { get; set; }

    /// <summary>UDP: the probability that a datagram is held back and overtaken, 0 to 1.</summary>
    [Parameter]
    public double? ReorderRate { get; set; }

    /// <summary>UDP: how many datagrams overtake one that is held back.</summary>
    [Parameter]
    public int? ReorderDistance { get; set; }

    /// <summary>UDP: how long, in milliseconds, a datagram is held back at most.</summary>
    [Parameter]
    public double? ReorderMilliseconds { get; set; }

    /// <summary>UDP: whether jitter and changes of latency leave datagrams in their order; -KeepOrder:$false lets them overtake each other again.</summary>
    [Parameter]
    public SwitchParameter KeepOrder { get; set; }

    /// <summary>UDP: how many bytes may wait in one direction of a client.</summary>
    [Parameter]
    public int? QueueBytes { get; set; }

    /// <summary>Which direction all faults of the proxy are for: Both, ClientToServer or ServerToClient.</summary>
    [Parameter]
    public FaultDirection Direction { get; set; }

    /// <summary>Takes all faults away, and then sets those that are named.</summary>
    [Parameter]
    public SwitchParameter Reset { get; set; }

    /// <summary>Returns the proxies.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override async Task ProcessAsync()
    {
        foreach (NetListener listener in Selected())
        {
            if (listener is not IFaultProxy proxy)
            {
                ReportFailure(new NetException(NetError.InvalidArgument, $"{listener.Name} is no fault proxy but of the kind {listener.Kind}. Start-{listener.Transport}FaultProxy puts one in front of it.", listener));
                continue;
            }
            if (!ShouldProcess(listener.ToString(), "Change faults"))
            {
                continue;
            }
            try
            {
                await proxy.ChangeAsync(Change);
            }
            catch (NetException e)
            {
                ReportFailure(e);
                continue;
            }
            if (PassThru)
            {
                WriteObject(proxy);
            }
        }
    }

    private NetFault Change(NetFault now)
    {
        if (Reset)
        {
            now = NetFault.None;
        }
        return new NetFault
        {
            LatencyMilliseconds = Named(nameof(LatencyMilliseconds)) ? LatencyMilliseconds ?? 0 : now.LatencyMilliseconds,
            JitterMilliseconds = Named(nameof(JitterMilliseconds)) ? JitterMilliseconds ?? 0 : now.JitterMilliseconds,
            BandwidthBytesPerSecond = Named(nameof(BandwidthBytesPerSecond)) ? BandwidthBytesPerSecond : now.BandwidthBytesPerSecond,
            SliceSize = Named(nameof(SliceSize)) ? SliceSize : now.SliceSize,
            CoalesceBytes = Named(nameof(CoalesceBytes)) ? CoalesceBytes : now.CoalesceBytes,
            CoalesceMilliseconds = Named(nameof(CoalesceMilliseconds)) ? CoalesceMilliseconds : now.CoalesceMilliseconds,
            CloseAfterBytes = Named(nameof(CloseAfterBytes)) ? CloseAfterBytes : now.CloseAfterBytes,
            ResetAfterBytes = Named(nameof(ResetAfterBytes)) ? ResetAfterBytes : now.ResetAfterBytes,
            StallAfterBytes = Named(nameof(StallAfterBytes)) ? StallAfterBytes : now.StallAfterBytes,
            CorruptRate = Named(nameof(CorruptRate)) ? CorruptRate ?? 0 : now.CorruptRate,
            LossRate = Named(nameof(LossRate)) ? LossRate ?? 0 : now.LossRate,
            LossBurstLength = Named(nameof(LossBurstLength)) ? LossBurstLength : now.LossBurstLength,
            TruncateRate = Named(nameof(TruncateRate)) ? TruncateRate ?? 0 : now.TruncateRate,
            DuplicateRate = Named(nameof(DuplicateRate)) ? DuplicateRate ?? 0 : now.DuplicateRate,
            ReorderRate = Named(nameof(ReorderRate)) ? ReorderRate ?? 0 : now.ReorderRate,
            ReorderDistance = Named(nameof(ReorderDistance)) ? ReorderDistance : now.ReorderDistance,
            ReorderMilliseconds = Named(nameof(ReorderMilliseconds)) ? ReorderMilliseconds : now.ReorderMilliseconds,
            KeepOrder = Named(nameof(KeepOrder)) ? KeepOrder : now.KeepOrder,
            QueueBytes = Named(nameof(QueueBytes)) ? QueueBytes : now.QueueBytes,
            Direction = Named(nameof(Direction)) ? Direction : now.Direction,
        };
    }

    private bool Named(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
