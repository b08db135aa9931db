using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Listeners;

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
