using System.Management.Automation;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>The transport whose ports are looked at.</summary>
public enum PortProtocol
{
    /// <summary>Transmission Control Protocol.</summary>
    Tcp,

    /// <summary>User Datagram Protocol.</summary>
    Udp,
}

/// <summary>Gets ports that nothing on this machine uses right now.</summary>
/// <remarks>
/// <para>Get-AvailablePort binds to find out, and so is right where a look at a list of connections is not. Without a range the system chooses from its ephemeral ports; with -Minimum or -Maximum the search begins at a random port of the range. Several ports asked for at once are all different.</para>
/// <para>Another program may take the port before you do. Every server of this module takes port 0 and reports the real port, which leaves no such gap: use this cmdlet for programs that must be told a number.</para>
/// </remarks>
/// <example>
///   <para>One free TCP port.</para>
///   <code>Get-AvailablePort</code>
/// </example>
/// <example>
///   <para>Three UDP ports for a test that configures another program.</para>
///   <code>Get-AvailablePort -Protocol Udp -Count 3 -Minimum 20000 -Maximum 29999</code>
/// </example>
/// <outputs>System.Int32: a port number, 1 to 65535.</outputs>
[Cmdlet(VerbsCommon.Get, "AvailablePort")]
[OutputType(typeof(int))]
public sealed class GetAvailablePortCommand : NetCmdlet
{
    /// <summary>Tcp or Udp. A port free for one may be taken for the other. The default is Tcp.</summary>
    [Parameter(Position = 0)]
    public PortProtocol Protocol { get; set; }

    /// <summary>How many different ports to find. The default is 1.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(1, 4096)]
    public int Count { get; set; } = 1;

    /// <summary>The lowest port to consider. With only -Maximum given it is 1024.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Minimum { get; set; }

    /// <summary>The highest port to consider. With only -Minimum given it is 65535.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Maximum { get; set; }

    protected override bool FailuresTerminate => true;

    protected override Task EndAsync()
    {
        ProtocolType protocol = Protocol == PortProtocol.Udp ? ProtocolType.Udp : ProtocolType.Tcp;
        WriteObject(PortFinder.Find(protocol, Count, Minimum == 0 ? null : Minimum, Maximum == 0 ? null : Maximum), enumerateCollection: true);
        return Task.CompletedTask;
    }
}
