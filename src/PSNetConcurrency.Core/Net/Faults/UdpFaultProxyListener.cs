using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency;

/// <summary>A running UDP proxy that injects faults. Its connections are clients that have sent something and are not idle yet.</summary>
public sealed class UdpFaultProxyListener : UdpServer, IFaultProxy
{
    /// <summary>The listener's kind.</summary>
    public const string ProxyKind = "UdpFaultProxy";

    private readonly UdpFaultProxyService _service;
    private readonly FaultControl _control;

    private UdpFaultProxyListener(UdpServerOptions options, UdpFaultProxyService service, Socket socket)
        : base(ProxyKind, options, service, socket)
    {
        _service = service;
        _control = new FaultControl(this, Loop, service.InitialFault, service.Apply);
    }

    public string TargetName => _service.TargetName;

    public int TargetPort => _service.TargetPort;

    /// <summary>What the faults are drawn from: the same seed, the same faults.</summary>
    public long Seed => _service.Seed;

    /// <summary>The faults in force.</summary>
    public NetFault Fault => _control.Fault;

    /// <summary>What the proxy has done, live.</summary>
    public DatagramFaultStatistic FaultStatistic => _service.Statistic;

    /// <summary>Binds and begins to pass datagrams on.</summary>
    /// <exception cref="NetException">The port is in use, needs rights, or the address is not this machine's.</exception>
    public static UdpFaultProxyListener Start(UdpServerOptions options, UdpFaultProxyService service) =>
        Start(options, socket => new UdpFaultProxyListener(options, service, socket));

    /// <summary>Changes the faults; when the task ends they are in force for every datagram that comes from then on.</summary>
    /// <exception cref="NetException">A fault has a value that can mean nothing to datagrams, or the proxy has stopped.</exception>
    public Task ChangeAsync(Func<NetFault, NetFault> change) => _control.ChangeAsync(change);
}
