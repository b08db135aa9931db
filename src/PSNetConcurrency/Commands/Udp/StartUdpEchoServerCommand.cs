using System.Management.Automation;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Udp;

namespace PSNetConcurrency.Commands.Udp;

/// <summary>Starts a UDP server that echoes, or one of the other simple services of the early internet.</summary>
/// <remarks>
/// <para>The server runs in the background, in this process, on one thread that it may share with other listeners, until Stop-NetListener, the end of the session or the removal of the module. It listens on loopback unless -LocalAddress or -AnyAddress says otherwise.</para>
/// <para>The kinds are those of RFC 862 (echo), 863 (discard), 864 (character generator), 867 (daytime) and 868 (time). Each datagram is a message of its own; MessageCount counts them. Where a datagram of up to 65507 bytes is taken, so is an empty one, and it is answered.</para>
/// <para>The sender of a datagram can be forged. So that two servers never answer each other for ever, a datagram from port 0, 7, 9, 13, 17, 19 or 37, where services live that answer anything, is dropped, as is one from a port with the number of this server's own. So that nobody's attack grows here, Chargen sends a stranger no more than the stranger sent; only a sender on this machine, or one that -Allow names, gets the 0 to 512 characters of the RFC. Echo sends as much as it got; Daytime sends about 40 bytes and Time 4, whatever came. There is no limit on the rate: on a network with strangers use -Allow. RefusedCount counts what was dropped, and an event tells of it, at most once a second.</para>
/// </remarks>
/// <example>
///   <para>An echo server on a free port, and its end.</para>
///   <code>$server = Start-UdpEchoServer
/// $server
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>The time as RFC 868 tells it, asked for with .NET's own client. The four bytes are the seconds since 1900.</para>
///   <code>$server = Start-UdpEchoServer -Kind Time
/// $client = [Net.Sockets.UdpClient]::new($server.ComputerName, $server.Port)
/// $null = $client.Send([byte[]]::new(0), 0)
/// $from = [Net.IPEndPoint]::new(0, 0)
/// $bytes = $client.Receive([ref]$from)
/// [Array]::Reverse($bytes)
/// [DateTimeOffset]::FromUnixTimeSeconds([BitConverter]::ToUInt32($bytes, 0) - 2208988800)
/// $client.Dispose()
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: the running server. It pipes into the client cmdlets, which take its ComputerName and Port, and into Get-, Wait-, Receive- and Stop-NetListener.</outputs>
/// <seealso cref="StartUdpServerCommand"/>
[Cmdlet(VerbsLifecycle.Start, "UdpEchoServer")]
[OutputType(typeof(NetListener))]
public sealed class StartUdpEchoServerCommand : UdpListenerCommand
{
    /// <summary>What the server does: Echo (the default), Discard, Chargen, Daytime or Time.</summary>
    [Parameter]
    public NetServiceKind Kind { get; set; }

    protected override string ListenerKind => Kind.ToString();

    protected override DatagramService CreateService() => Kind switch
    {
        NetServiceKind.Discard => new DiscardService(),
        NetServiceKind.Chargen => new ChargenService(),
        NetServiceKind.Daytime => new DaytimeService(TimeProvider.System),
        NetServiceKind.Time => new TimeService(TimeProvider.System),
        _ => new EchoService(),
    };
}
