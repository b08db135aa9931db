using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency;

/// <summary>A running time server over UDP. Protocol, ComputerName, Port and Transport bind to the clients' parameters by property name.</summary>
public sealed class UdpTimeListener : UdpServer
{
    private UdpTimeListener(TimeServiceKind kind, TimeSpan offset, UdpServerOptions options, DatagramService service, Socket socket)
        : base(kind.ToString(), options, service, socket) => (Protocol, Offset) = (kind, offset);

    public TimeServiceKind Protocol { get; }

    /// <summary>How far its clock is ahead of this machine's.</summary>
    public TimeSpan Offset { get; }

    internal static UdpTimeListener Start(TimeServiceKind kind, TimeSpan offset, UdpServerOptions options, DatagramService service) =>
        Start(options, socket => new UdpTimeListener(kind, offset, options, service, socket));
}

/// <summary>A running time server over TCP, for Time and Daytime.</summary>
public sealed class TcpTimeListener : TcpServer
{
    private TcpTimeListener(TimeServiceKind kind, TimeSpan offset, TcpServerOptions options, ServerProtocol protocol, Socket socket)
        : base(kind.ToString(), options, protocol, socket) => (Protocol, Offset) = (kind, offset);

    /// <summary>What it speaks.</summary>
    public new TimeServiceKind Protocol { get; }

    /// <summary>How far its clock is ahead of this machine's.</summary>
    public TimeSpan Offset { get; }

    internal static TcpTimeListener Start(TimeServiceKind kind, TimeSpan offset, TcpServerOptions options, ServerProtocol protocol) =>
        Start(options, socket => new TcpTimeListener(kind, offset, options, protocol, socket));
}
