using System.Management.Automation;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Infrastructure.Time;

/// <summary>The base of the cmdlets that ask time servers, all at once under a limit.</summary>
public abstract class TimeQueryCommand : NetCmdlet
{
    internal const string Query = "Query";

    private FanOut<NetworkTime>? _fanOut;
    private int _asked;
    private int _told;

    /// <summary>Names or addresses of time servers. A listener of Start-TimeServer binds it, and its port and protocol, by property name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = Query)]
    [ValidateNotNullOrEmpty]
    [Alias("HostName", "Cn", "Server")]
    public string[] ComputerName { get; set; } = [];

    /// <summary>The servers' port. The default is the protocol's: 123 for Ntp, 37 for Time, 13 for Daytime.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = Query)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>The protocol: Ntp (the default), Time (RFC 868) or Daytime (RFC 867).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = Query)]
    public TimeServiceKind Protocol { get; set; }

    /// <summary>Udp (the default) or Tcp, for Time and Daytime. Ntp is always over UDP.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = Query)]
    public NetTransport Transport { get; set; } = NetTransport.Udp;

    /// <summary>How many requests each server gets, one after the other. Of its answers the one with the least delay counts. The default is 1.</summary>
    [Parameter(ParameterSetName = Query)]
    [ValidateRange(1, 1000)]
    public int Count { get; set; } = 1;

    /// <summary>From an answer to the next request to the same server, in milliseconds. The default is 2000, as public servers want it (more often, and they answer RATE), and 1 to loopback addresses.</summary>
    [Parameter(ParameterSetName = Query)]
    [ValidateRange(0d, 3_600_000d)]
    public double? IntervalMilliseconds { get; set; }

    /// <summary>How long to wait for each answer, in seconds, and for the address of a name. The default is 3. A server that leaves the first two requests unanswered is not asked again.</summary>
    [Parameter(ParameterSetName = Query)]
    [ValidateRange(0.001d, 86_400d)]
    public double TimeoutSeconds { get; set; } = 3;

    /// <summary>How many servers are asked at once. The default is 128.</summary>
    [Parameter(ParameterSetName = Query)]
    [ValidateRange(1, 10_000)]
    public int ThrottleLimit { get; set; } = 128;

    /// <summary>Takes what a server told.</summary>
    protected abstract void Take(NetworkTime time);

    protected override ProgressRecord? Progress() => ProgressOf($"{_told} of {_asked} time servers have answered", _asked == 0 ? -1 : 100d * _told / _asked);

    protected override async Task ProcessAsync()
    {
        _fanOut ??= new FanOut<NetworkTime>(ThrottleLimit, Told, StopToken);
        foreach (string server in ComputerName)
        {
            TimeQuery query = new()
            {
                Server = server,
                Port = Port,
                Protocol = Protocol,
                Transport = Transport,
                Count = Count,
                Interval = IntervalMilliseconds is { } interval ? TimeSpan.FromMilliseconds(interval) : null,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            };
            _asked++;
            await _fanOut.AddAsync(stop => NetworkTimeClient.QueryAsync(query, stop));
        }
    }

    protected override Task EndAsync() => _fanOut?.CompleteAsync() ?? Task.CompletedTask;

    private void Told(NetworkTime time)
    {
        _told++;
        Take(time);
    }
}
