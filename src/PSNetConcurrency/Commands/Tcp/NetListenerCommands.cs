using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Gets the listeners of this session: servers, proxies and whatever else serves the network in the background.</summary>
/// <remarks>
/// <para>Without parameters all listeners that were started in this session and not removed by Stop-NetListener are returned, oldest first. The counts on the objects are live: they may be read again at any time.</para>
/// </remarks>
/// <example>
///   <para>Starts two servers, lists them and stops them.</para>
///   <code>$null = Start-TcpEchoServer -Name Alpha
/// $null = Start-TcpEchoServer -Name Beta -Kind Discard
/// Get-NetListener -Name A*
/// Get-NetListener | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: the listeners.</outputs>
[Cmdlet(VerbsCommon.Get, "NetListener", DefaultParameterSetName = ListenerSelectorCommand.ByName)]
[OutputType(typeof(NetListener))]
public sealed class GetNetListenerCommand : NetCmdlet
{
    /// <summary>The ids of the listeners.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ListenerSelectorCommand.ById, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ListenerIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the listeners. Wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = ListenerSelectorCommand.ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ListenerNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only listeners of these kinds, such as Echo, Script or FaultProxy. Wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ListenerKindCompleter))]
    public string[] Kind { get; set; } = ["*"];

    protected override Task ProcessAsync()
    {
        bool byId = ParameterSetName == ListenerSelectorCommand.ById;
        WildcardPattern[] kinds = Kind.Select(k => WildcardPattern.Get(k, WildcardOptions.IgnoreCase)).ToArray();
        WriteObject(HandleSelector.Select(HandleRegistry.Get<NetListener>(), byId ? Id : null, byId ? null : Name, l => l.Id, l => l.Name, "listener", "Get-NetListener", e => ReportFailure(e))
            .Where(l => kinds.Any(k => k.IsMatch(l.Kind))), enumerateCollection: true);
        return Task.CompletedTask;
    }
}

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

/// <summary>Receives what happened at a listener: clients that came and went, messages, errors.</summary>
/// <remarks>
/// <para>A listener keeps its last 4096 events (and at most 16 MiB of messages); when nobody fetches them the oldest make room. Receive-NetListener takes the events there are, oldest first; with -Keep they stay for the next call, and with -Wait it goes on until the listener stops or Ctrl+C is pressed.</para>
/// <para>Message events are recorded by servers that handle messages (Start-TcpServer, Start-UdpServer); an echo server only counts, so that it costs nothing. An event's Message is the message itself, and its Error the exception.</para>
/// </remarks>
/// <example>
///   <para>What an echo server has seen.</para>
///   <code>$server = Start-TcpEchoServer
/// $null = $server | Invoke-TcpExchange -InputObject 'hello'
/// $server | Receive-NetListener
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.ListenerEvent: what happened, oldest first.</outputs>
[Cmdlet(VerbsCommunications.Receive, "NetListener", DefaultParameterSetName = ByListener)]
[OutputType(typeof(ListenerEvent))]
public sealed class ReceiveNetListenerCommand : ListenerSelectorCommand
{
    /// <summary>Goes on as events come, until the listener stops.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Leaves the events for the next call.</summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }

    protected override async Task ProcessAsync()
    {
        if (Wait && Keep)
        {
            throw new NetException(NetError.InvalidArgument, "-Wait and -Keep exclude each other: what is kept would come again and again.");
        }
        foreach (NetListener listener in Selected())
        {
            if (Keep)
            {
                WriteObject(listener.Events.Snapshot(), enumerateCollection: true);
                continue;
            }
            do
            {
                // One by one: when Select-Object -First has enough, the rest is still there.
                while (listener.Events.TryTake(out ListenerEvent? e))
                {
                    WriteObject(e);
                }
            }
            while (Wait && await listener.Events.WaitAsync(StopToken));
        }
    }
}

/// <summary>Stops listeners and releases all they hold.</summary>
/// <remarks>
/// <para>The listener takes no new clients at once. Clients with nothing under way are closed; those with a message being handled or a reply being sent have -DrainSeconds to finish, then they are reset. When the cmdlet returns the port is free again and the listener's threads are gone. A listener that has stopped is no longer listed by Get-NetListener.</para>
/// </remarks>
/// <example>
///   <para>Stops every listener of the session.</para>
///   <code>Get-NetListener | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Stops one without waiting for its clients and returns it, with its final counts.</para>
///   <code>$server = Start-TcpEchoServer
/// $server | Stop-NetListener -Force -PassThru</code>
/// </example>
/// <outputs>None, or PSNetConcurrency.NetListener with -PassThru.</outputs>
[Cmdlet(VerbsLifecycle.Stop, "NetListener", DefaultParameterSetName = ByListener, SupportsShouldProcess = true)]
[OutputType(typeof(NetListener))]
public sealed class StopNetListenerCommand : ListenerSelectorCommand
{
    private readonly List<(NetListener Listener, Task Stopped)> _stopping = [];

    /// <summary>How long clients may take to finish what is under way, in seconds. The default is 5.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400d)]
    public double DrainSeconds { get; set; } = 5;

    /// <summary>Resets clients that have anything under way, at once.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the stopped listeners.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override ProgressRecord? Progress() => ProgressOfWait("Clients finish what is under way", Force ? 0 : DrainSeconds);

    protected override Task ProcessAsync()
    {
        // Begun here and awaited at the end: the drains of the whole pipeline run side by side.
        foreach (NetListener listener in Selected().Where(l => ShouldProcess(l.ToString(), "Stop listener")))
        {
            _stopping.Add((listener, listener.StopAsync(Force ? TimeSpan.Zero : TimeSpan.FromSeconds(DrainSeconds))));
        }
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        foreach ((NetListener listener, Task stopped) in _stopping)
        {
            await stopped.WaitAsync(StopToken);
            HandleRegistry.Remove(listener);
            if (PassThru)
            {
                WriteObject(listener);
            }
        }
    }
}
