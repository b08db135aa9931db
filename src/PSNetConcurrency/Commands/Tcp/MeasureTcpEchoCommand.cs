using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Measures an echo server: exchanges per second, their latencies, and whether every byte came back right.</summary>
/// <remarks>
/// <para>Each of -Connection connections keeps -Depth messages of -Size bytes under way and sends another for each that returns, so the server sets the pace. Every byte received is compared with what was sent, and each connection sends from another place of the pattern: a server that loses, changes or mixes up data is found out, and its rate means nothing.</para>
/// <para>A connection that is refused, reset, closed or left without an answer counts as one error, and one that brings wrong bytes as one mismatch; the others go on. Where no connection can be established at all, that is an error record instead. The measurement ends when everything under way has returned, and closes its connections in order.</para>
/// <para>Latencies count from handing a message to the connection to its last byte, and are right to 1.6 %. Client and server on one machine share its processors: compare servers with each other, on the machine where they will run, rather than with numbers from elsewhere.</para>
/// </remarks>
/// <example>
///   <para>An echo server of this module, for a second.</para>
///   <code>$server = Start-TcpEchoServer -Port 0
/// $server | Measure-TcpEcho -DurationSeconds 1
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Exactly 1000 exchanges of 4 KiB with TLS, eight at a time on each of four connections, all properties.</para>
///   <code>$server = Start-TcpEchoServer -Port 0 -SelfSigned
/// $result = $server | Measure-TcpEcho -Count 1000 -Size 4kb -Connection 4 -Depth 8
/// $result.PSObject.Properties | ForEach-Object { '{0}: {1}' -f $_.Name, $_.Value }
/// $server | Stop-NetListener</code>
/// </example>
/// <inputs>System.Object: anything with ComputerName and Port, such as a listener.</inputs>
/// <outputs>PSNetConcurrency.TcpEchoResult: one for each server.</outputs>
[Cmdlet(VerbsDiagnostic.Measure, "TcpEcho", DefaultParameterSetName = ToServer)]
[OutputType(typeof(TcpEchoResult))]
public sealed class MeasureTcpEchoCommand : TcpClientCommand
{
    private const double DefaultDuration = 5, DefaultWarmUp = .5;

    private EchoLoadOptions? _options;

    // Written by the loop, read by the pipeline.
    private volatile StrongBox<EchoLoadProgress>? _step;

    /// <summary>How many connections at once. The default is 16.</summary>
    [Parameter]
    [ValidateRange(1, 60_000)]
    public int Connection { get; set; } = 16;

    /// <summary>The bytes of a message. The default is 64.</summary>
    [Parameter]
    [ValidateRange(1, 64 * 1024 * 1024)]
    public int Size { get; set; } = 64;

    /// <summary>How many messages each connection keeps under way. The default is 1: each waits for the one before.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int Depth { get; set; } = 1;

    /// <summary>How long to measure, without the warm-up. The default is 5 seconds, or until -Count is reached where that is given.</summary>
    [Parameter]
    [ValidateRange(.001, 86_400)]
    public double DurationSeconds { get; set; } = DefaultDuration;

    /// <summary>How many exchanges to measure, over all connections together. With -DurationSeconds as well, whichever is reached first ends it.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; }

    /// <summary>How long to exchange before measuring begins; those exchanges are checked, but not counted. The default is 0.5 seconds, and none with -Count.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public double WarmUpSeconds { get; set; } = DefaultWarmUp;

    /// <summary>How long to wait for a connection, and for any answer at all. The default is 10 seconds.</summary>
    [Parameter]
    [ValidateRange(.01, 86_400)]
    public double TimeoutSeconds { get; set; } = 10;

    protected override async Task ProcessAsync()
    {
        _step = null;
        _options = Options();
        TcpEchoResult result = await EchoLoad.RunAsync(_options, step => _step = new StrongBox<EchoLoadProgress>(step), StopToken);
        if (result.FirstError is { } error)
        {
            WriteWarning($"{result.Errors} connections failed and {result.Mismatches} brought wrong bytes. The first: {error.Message}");
        }
        WriteObject(result);
    }

    protected override ProgressRecord? Progress()
    {
        if (_step is not { Value: EchoLoadProgress step })
        {
            return ProgressOf($"Connecting to {ComputerName}:{Port}");
        }
        double done = Math.Max(
            _options!.Count > 0 ? (double)step.Exchanges / _options.Count : 0,
            _options.Duration is { } duration ? step.Elapsed / duration : 0);
        return ProgressOf(string.Create(CultureInfo.CurrentCulture, $"{step.Exchanges:N0} exchanges with {ComputerName}:{Port} on {step.Connections:N0} connections"), 100 * done);
    }

    private EchoLoadOptions Options()
    {
        bool counts = Count > 0;
        return new EchoLoadOptions
        {
            ComputerName = ComputerName,
            Port = Port,
            Connections = Connection,
            Size = Size,
            Depth = Depth,
            Duration = counts && !MyInvocation.BoundParameters.ContainsKey(nameof(DurationSeconds)) ? null : TimeSpan.FromSeconds(DurationSeconds),
            Count = Count,
            WarmUp = counts && !MyInvocation.BoundParameters.ContainsKey(nameof(WarmUpSeconds)) ? TimeSpan.Zero : TimeSpan.FromSeconds(WarmUpSeconds),
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            Tls = Pin(),
        };
    }
}
