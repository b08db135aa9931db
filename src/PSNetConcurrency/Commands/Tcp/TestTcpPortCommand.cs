using System.Management.Automation;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Tests whether TCP ports accept connections, many at once, and tells apart why they do not.</summary>
/// <remarks>
/// <para>Every address of a name is tried, IPv6 and IPv4 (RFC 8305: the next already after 250 ms without an answer), and the first that accepts decides. The states are Open, Refused (the host is up, nothing listens), TimedOut (no answer: most often a firewall), Unreachable (no route) and NameNotResolved. A port that is not open is a result, not an error.</para>
/// <para>All combinations of -ComputerName and -Port, over the whole pipeline, are tested at once under -ThrottleLimit, and written as they become known. Nothing is sent over the connection.</para>
/// </remarks>
/// <example>
///   <para>A server of this module, by pipeline.</para>
///   <code>$server = Start-TcpEchoServer
/// $server | Test-TcpPort
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>A thousand ports, of which only the open ones matter.</para>
///   <code>Test-TcpPort -ComputerName localhost -Port (1..1000) -TimeoutSeconds 1 -OpenOnly</code>
/// </example>
/// <example>
///   <para>Yes or no, for a script.</para>
///   <code>if (Test-TcpPort localhost 22 -Quiet) { 'SSH answers' } else { 'no SSH' }</code>
/// </example>
/// <outputs>PSNetConcurrency.TcpPortResult for each attempt; with -Quiet System.Boolean.</outputs>
[Cmdlet(VerbsDiagnostic.Test, "TcpPort")]
[OutputType(typeof(TcpPortResult), typeof(bool))]
public sealed class TestTcpPortCommand : NetCmdlet
{
    private FanOut<TcpPortResult>? _fanOut;
    private int _tested;
    private int _open;

    /// <summary>Names or addresses of the hosts.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("HostName", "Cn")]
    public string[] ComputerName { get; set; } = [];

    /// <summary>The ports to test on each host, 1 to 65535.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int[] Port { get; set; } = [];

    /// <summary>How often each port is tried, one after the other. The default is 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>The pause between two tries of one port, in milliseconds. The default is 1000.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int DelayMilliseconds { get; set; } = 1000;

    /// <summary>How long one try may take in all, name resolution and every address included, in seconds. The default is 3.</summary>
    [Parameter]
    [ValidateRange(0.001d, 86_400d)]
    public double TimeoutSeconds { get; set; } = 3;

    /// <summary>How many ports are tested at once. The default is 128.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int ThrottleLimit { get; set; } = 128;

    /// <summary>Returns only True or False for each port; with -Count whether every try found it open.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Returns only ports that are open.</summary>
    [Parameter]
    public SwitchParameter OpenOnly { get; set; }

    protected override ProgressRecord? Progress() => ProgressOf($"{_tested} ports tested, {_open} open");

    protected override Task BeginAsync()
    {
        _fanOut = new FanOut<TcpPortResult>(ThrottleLimit, Write, StopToken);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        TimeSpan timeout = TimeSpan.FromSeconds(TimeoutSeconds);
        foreach (string computer in ComputerName)
        {
            foreach (int port in Port)
            {
                await _fanOut!.AddAsync(stop => RepeatAsync(computer, port, timeout, stop));
            }
        }
    }

    protected override Task EndAsync() => _fanOut!.CompleteAsync();

    // A repeated test is watched: each result is written when it is known; the last, or what -Quiet goes by, is returned.
    private async Task<TcpPortResult> RepeatAsync(string computer, int port, TimeSpan timeout, CancellationToken stop)
    {
        TcpPortResult? closed = null;
        for (int i = 1; ; i++)
        {
            TcpPortResult result = await PortProbe.TestAsync(computer, port, timeout, stop).ConfigureAwait(false);
            closed ??= result.IsOpen ? null : result;
            if (i == Count)
            {
                return Quiet ? closed ?? result : result;
            }
            if (!Quiet)
            {
                _fanOut!.Report(result);
            }
            await Task.Delay(DelayMilliseconds, stop).ConfigureAwait(false);
        }
    }

    private void Write(TcpPortResult result)
    {
        _tested++;
        _open += result.IsOpen ? 1 : 0;
        if (Quiet)
        {
            WriteObject(result.IsOpen);
        }
        else if (result.IsOpen || !OpenOnly)
        {
            WriteObject(result);
        }
    }
}
