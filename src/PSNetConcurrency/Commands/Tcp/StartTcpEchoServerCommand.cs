using System.Management.Automation;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Starts a TCP server that echoes, or one of the other simple services of the early internet.</summary>
/// <remarks>
/// <para>The server runs in the background, in this process, on one thread for all its clients, until Stop-NetListener, the end of the session or the removal of the module. It listens on loopback unless -LocalAddress or -AnyAddress says otherwise.</para>
/// <para>The kinds are those of RFC 862 (echo), 863 (discard), 864 (character generator), 867 (daytime) and 868 (time). A client that does not read is not read from: nothing piles up in memory. A client that ends its sending side still gets everything that is under way (half-close).</para>
/// </remarks>
/// <example>
///   <para>An echo server on a free port, one exchange with it, and its end.</para>
///   <code>$server = Start-TcpEchoServer
/// $server | Invoke-TcpExchange -InputObject 'hello'
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>With TLS: the certificate is made for the occasion, and the client pins it from the object.</para>
///   <code>$server = Start-TcpEchoServer -SelfSigned
/// $server | Invoke-TcpExchange -InputObject 'secret' -Detailed
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>The date and time, as RFC 867 servers tell it.</para>
///   <code>$server = Start-TcpEchoServer -Kind Daytime
/// $server | Receive-TcpData -UntilClosed
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetListener: the running server. It pipes into the client cmdlets, which take its ComputerName and Port, and into Get-, Wait-, Receive- and Stop-NetListener.</outputs>
[Cmdlet(VerbsLifecycle.Start, "TcpEchoServer")]
[OutputType(typeof(NetListener))]
public sealed class StartTcpEchoServerCommand : TcpListenerCommand
{
    /// <summary>What the server does: Echo (the default), Discard, Chargen, Daytime or Time.</summary>
    [Parameter]
    public NetServiceKind Kind { get; set; }

    protected override string ListenerKind => Kind.ToString();

    protected override ServerProtocol CreateProtocol() => Kind switch
    {
        NetServiceKind.Discard => new DiscardProtocol(),
        NetServiceKind.Chargen => new ChargenProtocol(),
        NetServiceKind.Daytime => new DaytimeProtocol(TimeProvider.System),
        NetServiceKind.Time => new TimeProtocol(TimeProvider.System),
        _ => new EchoProtocol(),
    };
}
