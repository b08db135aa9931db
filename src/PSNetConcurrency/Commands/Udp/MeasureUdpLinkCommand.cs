using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Udp;

/// <summary>Measures what a link does to datagrams: loss, duplicates, reordering, corruption, jitter and latency.</summary>
/// <remarks>
/// <para>Sends -Count numbered datagrams to a UDP echo server (RFC 862) and looks at what comes back. Both ways together are measured: an echo can't tell on which of them a datagram was lost, or overtaken.</para>
/// <list type="bullet">
///   <item>Each datagram carries the number of the run, its own, the time and a checksum. What does not match is Corrupted; what belongs to another run, or comes from another host, is not counted at all.</item>
///   <item>Received counts datagrams that came back intact, each once; Lost is the rest of Sent, Duplicate what came back again.</item>
///   <item>Reordered, as RFC 4737 defines it: a datagram whose number is smaller than the next expected, that is, that comes after one sent later.</item>
///   <item>Jitter, as RFC 3550 (6.4.1) defines it: the difference between the round trips of one datagram and the one that arrived before it, smoothed by a sixteenth. Duplicates take no part in it, nor in the latencies.</item>
///   <item>Latencies are round trips. Minimum, average and maximum are exact; percentiles are right to 1.6 %.</item>
/// </list>
/// <para>One thread sends at its pace while another receives. Each datagram has its moment, counted from the beginning, so that the pace does not drift; where the machine is late, or the interval below what its timers resolve (a millisecond), those that are due go out together in a burst. With -IntervalMilliseconds 0 all go out at once, and some are lost for want of buffers, here or at the server.</para>
/// <para>It ends as soon as all have come back (copies of the last have as long as the slowest datagram took), or -TimeoutSeconds after the last was sent. A host that refuses (nothing listens on the port) or can't be reached ends it early: that is its Status, as NoReply is where nothing came back.</para>
/// <para>Hosts from the pipeline are measured at the same time, up to -ThrottleLimit; measured together they disturb each other on a shared link.</para>
/// </remarks>
/// <example>
///   <para>A link that loses, doubles and swaps datagrams to order, measured.</para>
///   <code>$server = Start-UdpEchoServer
/// $link = $server | Start-UdpFaultProxy -LossRate 0.1 -DuplicateRate 0.1 -ReorderRate 0.1 -Direction ServerToClient -Seed 1
/// $link | Measure-UdpLink -Count 200 -IntervalMilliseconds 1 -TimeoutSeconds 0.5
/// $link.FaultStatistic.ServerToClient
/// $link, $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Whether anything listens there: it is refused.</para>
///   <code>Measure-UdpLink -ComputerName 127.0.0.1 -Port (Get-AvailablePort -Protocol Udp) -Count 10</code>
/// </example>
/// <example>
///   <para>Two servers at the same time, 100 datagrams each, 5 milliseconds apart.</para>
///   <code>$servers = (Start-UdpEchoServer), (Start-UdpEchoServer)
/// $servers | Measure-UdpLink -Count 100 -IntervalMilliseconds 5 -TimeoutSeconds 0.5
/// $servers | Stop-NetListener</code>
/// </example>
/// <inputs>System.Object: anything with ComputerName and Port, such as a listener.</inputs>
/// <outputs>PSNetConcurrency.UdpLinkResult: one for each server, when it is measured.</outputs>
/// <seealso cref="InvokeUdpExchangeCommand"/>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc4737">RFC 4737, Packet Reordering Metrics</seealso>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc3550">RFC 3550, RTP</seealso>
[Cmdlet(VerbsDiagnostic.Measure, "UdpLink")]
[OutputType(typeof(UdpLinkResult))]
public sealed class MeasureUdpLinkCommand : NetCmdlet
{
    private readonly ConcurrentDictionary<string, Func<(int Sent, int Received)>> _counts = new();
    private FanOut<(UdpLinkResult? Result, NetException? Failure)>? _fanOut;
    private int _servers;

    /// <summary>The echo server's name or address. A listener of this module binds it by property name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("HostName", "Cn")]
    public string[] ComputerName { get; set; } = [];

    /// <summary>The echo server's port, 1 to 65535; 7 is that of RFC 862.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How many datagrams to send. The default is 100.</summary>
    [Parameter]
    [ValidateRange(1, 100_000_000)]
    public int Count { get; set; } = 100;

    /// <summary>From the beginning of one send to that of the next, in milliseconds; fractions are allowed. The default is 10.</summary>
    [Parameter]
    [ValidateRange(0d, 3_600_000d)]
    public double IntervalMilliseconds { get; set; } = 10;

    /// <summary>The bytes of a datagram, without the headers of UDP and IP. The default is 64, the least 32.</summary>
    [Parameter]
    [ValidateRange(UdpLinkOptions.LeastPayload, 65527)]
    public int PayloadSize { get; set; } = 64;

    /// <summary>How long to wait, after the last was sent, for those that have not come back. The default is 2 seconds.</summary>
    [Parameter]
    [ValidateRange(0.001d, 86_400d)]
    public double TimeoutSeconds { get; set; } = 2;

    /// <summary>Keeps what became of each datagram, in the property Datagram of the result.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>How many servers are measured at once. The default is 16.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; } = 16;

    protected override Task BeginAsync()
    {
        _fanOut = new FanOut<(UdpLinkResult?, NetException?)>(ThrottleLimit, Write, StopToken);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        foreach (string computer in ComputerName)
        {
            UdpLinkOptions options = new()
            {
                ComputerName = computer,
                Port = Port,
                Count = Count,
                Interval = TimeSpan.FromMilliseconds(IntervalMilliseconds),
                PayloadSize = PayloadSize,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
                Detailed = Detailed,
            };
            string key = $"{_servers++}";
            await _fanOut!.AddAsync(stop => MeasureAsync(options, key, stop));
        }
    }

    protected override Task EndAsync() => _fanOut!.CompleteAsync();

    protected override ProgressRecord? Progress()
    {
        (int sent, int received, int runs) = (0, 0, 0);
        foreach (Func<(int Sent, int Received)> count in _counts.Values)
        {
            (int s, int r) = count();
            (sent, received, runs) = (sent + s, received + r, runs + 1);
        }
        return ProgressOf(string.Create(CultureInfo.CurrentCulture, $"{sent:N0} datagrams sent and {received:N0} received, {runs} servers at once"), runs == 0 ? -1 : 100d * sent / ((double)runs * Count));
    }

    // One server's failure is not the others'.
    private async Task<(UdpLinkResult?, NetException?)> MeasureAsync(UdpLinkOptions options, string key, CancellationToken stop)
    {
        try
        {
            return (await UdpLink.MeasureAsync(options, counts => _counts[key] = counts, stop).ConfigureAwait(false), null);
        }
        catch (NetException e)
        {
            return (null, e);
        }
        finally
        {
            _counts.TryRemove(key, out _);
        }
    }

    private void Write((UdpLinkResult? Result, NetException? Failure) outcome)
    {
        if (outcome.Failure is { } failure)
        {
            ReportFailure(failure);
        }
        else
        {
            WriteObject(outcome.Result);
        }
    }
}
