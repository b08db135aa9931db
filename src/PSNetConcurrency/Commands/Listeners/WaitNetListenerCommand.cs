using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Listeners;

/// <summary>Waits until a listener has had so many clients or messages, or has stopped.</summary>
/// <remarks>
/// <para>With -ConnectionCount or -MessageCount it waits until the listener has counted that many since it was started; with both, until both hold; with neither, until the listener has stopped. It does not poll: the listener wakes it. When the time runs out, or the listener stops before, that is an error.</para>
/// </remarks>
/// <example>
///   <para>Waits in a test until the server has really seen the message.</para>
///   <code>$server = Start-TcpServer -FrameFormat Line { }
/// Send-TcpData -ComputerName $server.ComputerName -Port $server.Port -InputObject "fire and forget`n"
/// $server | Wait-NetListener -MessageCount 1 -TimeoutSeconds 10
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: each listener for which what was waited for has happened.</outputs>
[Cmdlet(VerbsLifecycle.Wait, "NetListener", DefaultParameterSetName = ByListener)]
[OutputType(typeof(NetListener))]
public sealed class WaitNetListenerCommand : ListenerSelectorCommand
{
    private NetListener? _waited;

    /// <summary>How many connections must have been accepted since the listener was started. UDP has none.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long ConnectionCount { get; set; }

    /// <summary>How many messages, of a UDP server datagrams, must have been received since the listener was started.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long MessageCount { get; set; }

    /// <summary>How long to wait, in seconds. The default, 0, is for ever.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    protected override ProgressRecord? Progress() => _waited is null ? null
        : ProgressOfWait($"{_waited.Name}: {_waited.TotalConnection} connections, {_waited.MessageCount} messages", TimeoutSeconds);

    protected override async Task ProcessAsync()
    {
        foreach (NetListener listener in Selected())
        {
            _waited = listener;
            using CancellationTokenSource limit = Deadline.Start(TimeoutSeconds, StopToken);
            bool untilStopped = ConnectionCount == 0 && MessageCount == 0;
            try
            {
                if (await listener.WaitAsync(l => !untilStopped && l.TotalConnection >= ConnectionCount && l.MessageCount >= MessageCount, limit.Token) || untilStopped)
                {
                    WriteObject(listener);
                }
                else
                {
                    ReportFailure(new NetException(NetError.HandleClosed, $"{listener.Name} stopped after {Had(listener)}, before it had {Awaited()}.", listener.Name));
                }
            }
            catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
            {
                ReportFailure(new NetException(NetError.TimedOut, untilStopped
                    ? $"{listener.Name} has not stopped within {TimeoutSeconds} s."
                    : $"{listener.Name} has had {Had(listener)} after {TimeoutSeconds} s, and not yet {Awaited()}.", listener.Name));
            }
        }
    }

    private static string Had(NetListener listener) => $"{Counted(listener.TotalConnection, "connection")} and {Counted(listener.MessageCount, "message")}";

    private string Awaited() => string.Join(" and ", new[] { (Count: ConnectionCount, What: "connection"), (Count: MessageCount, What: "message") }
        .Where(w => w.Count > 0).Select(w => Counted(w.Count, w.What)));

    private static string Counted(long count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
