using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Fleet;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Waits until a clock shows a time: this machine's, or that of time servers; within a fraction of a millisecond.</summary>
/// <remarks>
/// <para>With -Reference the servers are asked how far this machine's clock is off, those that contradict the majority are left out, and the wait ends when their clock shows the time. They are asked again half a minute before, and where this machine's clock was set meanwhile. Without it this machine's clock counts, also where it is set while this waits: that is noticed within a second.</para>
/// <para>A timer lasts until 20 ms before; the rest is slept in smaller and smaller parts, and the last tenth of a millisecond is spun. Ctrl+C ends it at once.</para>
/// <para>A time that is over returns at once, with its Skew. Where that is more than -ToleranceMilliseconds, because the time was over before or the machine was too busy, the result comes with the error InstantMissed.</para>
/// </remarks>
/// <example>
///   <para>Until the next whole second.</para>
///   <code>Wait-ClockTime -At (Get-ScheduleOccurrence '* * * * * *')</code>
/// </example>
/// <example>
///   <para>Until a time server's clock shows it, which here is half a minute behind.</para>
///   <code>$server = Start-TimeServer -Port 0 -Offset -00:00:30
/// $at = [DateTimeOffset]::Now.AddSeconds(-29)
/// Wait-ClockTime -At $at -Reference $server
/// $server | Stop-NetListener</code>
/// </example>
/// <inputs>System.DateTimeOffset: the time.</inputs>
/// <outputs>PSNetConcurrency.ClockWait: Target, Reached and Skew, and what the servers said.</outputs>
/// <seealso cref="GetScheduleOccurrenceCommand"/>
/// <seealso cref="StartFleetScheduleCommand"/>
[Cmdlet(VerbsLifecycle.Wait, "ClockTime")]
[OutputType(typeof(ClockWait))]
public sealed class WaitClockTimeCommand : NetCmdlet
{
    private const int Samples = 4;
    private ClockWaiter? _waiter;

    /// <summary>The time to wait for. One without a zone is this machine's.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public DateTimeOffset At { get; set; }

    /// <summary>Time servers, as name or name:port, or what Start-TimeServer returned. Without it, this machine's clock is the reference.</summary>
    [Parameter]
    [TimeServerTransform]
    [ValidateNotNullOrEmpty]
    public string[] Reference { get; set; } = [];

    /// <summary>How late it may be, in milliseconds, before that is an error.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400_000d)]
    public double ToleranceMilliseconds { get; set; } = 1000;

    /// <summary>How long to wait at most, in seconds; a time further away is the error TimedOut at once. The default, 0, is for ever.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    protected override ProgressRecord? Progress() => _waiter is { Left: var left } && left > TimeSpan.Zero
        ? ProgressOf(string.Create(CultureInfo.InvariantCulture, $"Until {At:yyyy-MM-dd HH:mm:ss.fff zzz}: {left.TotalSeconds:0} s")) : null;

    protected override async Task ProcessAsync()
    {
        (string Host, int Port)[] servers = [.. Reference.Select(FleetServer.Parse)];
        _waiter = new ClockWaiter(servers.Length == 0 ? null : stop => MeasureAsync(servers, stop));
        ClockWait result = await _waiter.WaitAsync(At, Deadline.OfSeconds(TimeoutSeconds), StopToken);
        WriteObject(result);
        if (result.Skew > TimeSpan.FromMilliseconds(ToleranceMilliseconds))
        {
            string why = _waiter.WasOver ? "It was over before." : servers.Length > 0 ? "The servers took too long to answer, the machine was too busy, or its clock was set." : "The machine was too busy, or its clock was set.";
            ReportFailure(new NetException(NetError.InstantMissed, string.Create(CultureInfo.InvariantCulture, $"{At:yyyy-MM-dd HH:mm:ss.fff zzz} was reached {result.Skew:c} late, and {ToleranceMilliseconds} ms are tolerated. {why}"), At));
        }
    }

    private static async Task<ClockOffset> MeasureAsync((string Host, int Port)[] servers, CancellationToken stop) => ClockSelection.Select(
        await Task.WhenAll(servers.Select(s => NetworkTimeClient.QueryAsync(new TimeQuery { Server = s.Host, Port = s.Port, Count = Samples }, stop))).ConfigureAwait(false), ClockAlgorithm.Rfc5905, 1);
}
