using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency;

/// <summary>A running proxy that injects faults.</summary>
public sealed class FaultProxyListener : TcpServer, IFaultProxy
{
    /// <summary>The listener's kind.</summary>
    public const string ProxyKind = "FaultProxy";

    private readonly FaultProxyProtocol _protocol;
    private readonly FaultControl _control;

    private FaultProxyListener(TcpServerOptions options, FaultProxyProtocol protocol, Socket socket)
        : base(ProxyKind, options, protocol, socket)
    {
        _protocol = protocol;
        _control = new FaultControl(this, Loop, protocol.InitialFault, protocol.Apply);
        CertificateThumbprint ??= protocol.TargetThumbprint;
    }

    public string TargetName => _protocol.TargetName;

    public int TargetPort => _protocol.TargetPort;

    /// <summary>What the random faults are drawn from: the same seed, the same faults.</summary>
    public long Seed => _protocol.Seed;

    /// <summary>The faults in force.</summary>
    public NetFault Fault => _control.Fault;

    /// <summary>What the proxy has done, live.</summary>
    public FaultStatistic FaultStatistic => _protocol.Statistic;

    /// <summary>Binds and begins to pass clients on.</summary>
    /// <exception cref="NetException">The port is in use, needs rights, or the address is not this machine's.</exception>
    public static FaultProxyListener Start(TcpServerOptions options, FaultProxyProtocol protocol) =>
        Start(options, socket => new FaultProxyListener(options, protocol, socket));

    /// <summary>Changes the faults; when the task ends they are in force for every byte that comes from then on.</summary>
    /// <exception cref="NetException">A fault has a value that can mean nothing, or the proxy has stopped.</exception>
    public Task ChangeAsync(Func<NetFault, NetFault> change) => _control.ChangeAsync(change);
}
