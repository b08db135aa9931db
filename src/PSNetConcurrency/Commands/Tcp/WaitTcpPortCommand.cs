using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>The state to wait for.</summary>
public enum TcpPortTarget
{
    /// <summary>The port accepts connections.</summary>
    Open,

    /// <summary>The port does not accept connections.</summary>
    Closed,
}

/// <summary>Waits until a TCP port accepts connections, or no longer does.</summary>
/// <remarks>
/// <para>For the moment after a service was started or stopped. No system tells when a remote port opens, so it is tried at once and then again with pauses that grow from 20 ms to a second. When the time is up that is an error, or False with -Quiet.</para>
/// </remarks>
/// <example>
///   <para>Waits for a server to be up, and for it to be gone.</para>
///   <code>$server = Start-TcpEchoServer
/// $server | Wait-TcpPort -TimeoutSeconds 10
/// $server | Stop-NetListener
/// $server | Wait-TcpPort -State Closed -TimeoutSeconds 10</code>
/// </example>
/// <outputs>PSNetConcurrency.TcpPortWaitResult: a TcpPortResult with Elapsed and Attempts; with -Quiet System.Boolean.</outputs>
[Cmdlet(VerbsLifecycle.Wait, "TcpPort")]
[OutputType(typeof(TcpPortWaitResult), typeof(bool))]
public sealed class WaitTcpPortCommand : NetCmdlet
{
    /// <summary>The host's name or address.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("HostName", "Cn")]
    public string ComputerName { get; set; } = "";

    /// <summary>The port, 1 to 65535.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>Open (the default) or Closed.</summary>
    [Parameter]
    public TcpPortTarget State { get; set; }

    /// <summary>How long to wait, in seconds; 0 for ever. The default is 60.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; } = 60;

    /// <summary>Returns only True or False.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override ProgressRecord? Progress() => ProgressOfWait($"{ComputerName}:{Port} is not {State.ToString().ToLowerInvariant()} yet", TimeoutSeconds);

    protected override async Task ProcessAsync()
    {
        (TcpPortWaitResult result, bool reached) = await PortProbe.WaitAsync(ComputerName, Port, State == TcpPortTarget.Open, Deadline.OfSeconds(TimeoutSeconds), StopToken);
        if (Quiet)
        {
            WriteObject(reached);
        }
        else if (reached)
        {
            WriteObject(result);
        }
        else
        {
            ReportFailure(new NetException(NetError.TimedOut,
                $"{ComputerName}:{Port} is not {State.ToString().ToLowerInvariant()} after {TimeoutSeconds} s and {result.Attempts} tries; its state is {result.State}.", $"{ComputerName}:{Port}"));
        }
    }
}
