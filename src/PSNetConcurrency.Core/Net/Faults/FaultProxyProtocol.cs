using System.Net;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>Passes clients on to a target, with faults. Its state belongs to the loop.</summary>
public sealed class FaultProxyProtocol : ServerProtocol
{
    private readonly HashSet<FaultConnection> _connections = [];
    private readonly IPAddress[] _addresses;
    private NetFault _fault;
    private int _preferred;

    /// <summary>A protocol for a target whose addresses are known.</summary>
    /// <exception cref="NetException">A fault has a value that can mean nothing.</exception>
    public FaultProxyProtocol(string targetName, int targetPort, IReadOnlyList<IPAddress> addresses, NetFault fault, long seed)
    {
        TargetName = targetName;
        TargetPort = targetPort;
        Seed = seed;
        _addresses = [.. addresses];
        _fault = InitialFault = fault.Validated(NetTransport.Tcp);
    }

    public string TargetName { get; }

    public int TargetPort { get; }

    public long Seed { get; }

    /// <summary>The thumbprint of the target's certificate where clients speak TLS with it through the proxy.</summary>
    public string? TargetThumbprint { get; init; }

    internal NetFault InitialFault { get; }

    internal FaultStatistic Statistic { get; } = new();

    internal string TargetText => $"The target {TargetName}:{TargetPort}";

    internal int AddressCount => _addresses.Length;

    public override void OnConnected(NetClient client)
    {
        FaultConnection connection = new(this, client, Seed);
        client.ProtocolState = connection;
        _connections.Add(connection);
        connection.Start(_fault);
    }

    public override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
        client.CountMessage();
        StateOf(client).ClientData(data);
    }

    public override void OnInputEnded(NetClient client) => StateOf(client).ClientEnded();

    public override void OnDrained(NetClient client) => StateOf(client).ClientDrained();

    public override void OnClosed(NetClient client, Exception? reason)
    {
        if (client.ProtocolState is FaultConnection connection)
        {
            _connections.Remove(connection);
            connection.ClientClosed(reason);
        }
    }

    public override bool IsBusy(NetClient client) => client.ProtocolState is FaultConnection { IsBusy: true };

    public override bool IsWorkingFor(NetClient client) => client.ProtocolState is FaultConnection { IsDelaying: true };

    // Its bytes reach the target later than the proxy: a target that takes them slowly does not make it idle.
    public override long LastActivity(NetClient client) =>
        Math.Max(base.LastActivity(client), client.ProtocolState is FaultConnection connection ? connection.LastTaken : 0);

    /// <summary>Has every connection work with other faults from now on.</summary>
    internal void Apply(NetFault fault)
    {
        _fault = fault;
        foreach (FaultConnection connection in _connections.ToArray())
        {
            connection.Apply(fault);
        }
    }

    /// <summary>The address to try as the first, second and so on: the one that answered last goes before the others.</summary>
    internal IPEndPoint EndPoint(int attempt) => new(_addresses[(_preferred + attempt) % _addresses.Length], TargetPort);

    internal void Connected(IPAddress address)
    {
        _preferred = Math.Max(0, Array.IndexOf(_addresses, address));
        Statistic.CountConnection();
    }

    internal void ConnectFailed(NetClient client, Exception failure)
    {
        Statistic.CountTargetFailure();
        client.Server.Record(ListenerEventType.Error, client.ToString(), message: failure.Message, error: failure);
        client.Channel.Abort();
    }

    private static FaultConnection StateOf(NetClient client) => (FaultConnection)client.ProtocolState!;
}
