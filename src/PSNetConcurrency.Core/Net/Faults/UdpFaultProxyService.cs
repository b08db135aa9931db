using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>Passes datagrams of clients on to a target and its answers back, with faults. Its state belongs to the loop.</summary>
public sealed class UdpFaultProxyService : DatagramService
{
    private readonly Dictionary<ClientKey, DatagramFlow> _flows = [];
    private readonly IPAddress[] _addresses;
    private byte[]? _changed;
    private UdpServer? _server;
    private DelayQueue? _delays;
    private NetFault _fault = NetFault.None;
    private NetFault _up = NetFault.None;
    private NetFault _down = NetFault.None;
    private long _lastNumber;
    private bool _targetFailing;
    private bool _refusing;
    private bool _stopped;

    /// <summary>A service for a target whose addresses are known.</summary>
    /// <exception cref="NetException">A fault has a value that can mean nothing.</exception>
    public UdpFaultProxyService(string targetName, int targetPort, IReadOnlyList<IPAddress> addresses, NetFault fault, long seed, int keptDecisions = DatagramFaultStatistic.DefaultDecisions)
    {
        TargetName = targetName;
        TargetPort = targetPort;
        Seed = seed;
        Statistic = new DatagramFaultStatistic(keptDecisions);
        _addresses = [.. addresses];
        InitialFault = fault.Validated(NetTransport.Udp);
        Apply(fault);
    }

    public string TargetName { get; }

    public int TargetPort { get; }

    public long Seed { get; }

    /// <summary>How many clients there are at most; what others send is dropped.</summary>
    public int MaximumClient { get; init; } = 1000;

    /// <summary>How long a client and the target may be silent before the client is forgotten; zero for ever.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    internal NetFault InitialFault { get; }

    internal DatagramFaultStatistic Statistic { get; }

    /// <summary>The memory of all datagrams that wait.</summary>
    internal long WaitingMemory => _delays?.Bytes ?? 0;

    public override bool IsBusy => WaitingMemory > 0;

    private string TargetText => $"The target {TargetName}:{TargetPort}";

    private IPAddress TargetAddress(UdpServer server)
    {
        // Nothing tells which address of a name answers: of the family that the clients use, if there is one.
        AddressFamily family = server.LocalEndPoint.Address.Equals(IPAddress.IPv6Any) ? AddressFamily.InterNetwork : server.LocalEndPoint.AddressFamily;
        return Array.Find(_addresses, a => a.AddressFamily == family) ?? _addresses[0];
    }

    public override void OnStarted(UdpServer server)
    {
        _server = server;
        _delays = new DelayQueue(server.Loop);
        ScheduleSweep();
    }

    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        if (_flows.TryGetValue(ClientKey.Of(from), out DatagramFlow? flow))
        {
            // What is on its way is let through while it drains; no more comes.
            if (server.State == ListenerState.Listening)
            {
                flow.ClientData(data);
            }
            return;
        }
        AddFlow(server, from)?.ClientData(data);
    }

    public override void OnStopping(UdpServer server)
    {
        _stopped = true;
        _delays?.Close();
        foreach (DatagramFlow flow in _flows.Values)
        {
            flow.Close();
            server.CountDisconnected();
        }
        _flows.Clear();
    }

    /// <summary>The faults of a direction.</summary>
    internal NetFault FaultOf(FaultDirection direction) => direction == FaultDirection.ClientToServer ? _up : _down;

    /// <summary>Has every client work with other faults from now on; what waits keeps its time.</summary>
    internal void Apply(NetFault fault)
    {
        if (fault.BandwidthBytesPerSecond != _fault.BandwidthBytesPerSecond)
        {
            foreach (DatagramFlow flow in _flows.Values)
            {
                flow.FreeLink();
            }
        }
        _fault = fault;
        _up = fault.For(FaultDirection.ClientToServer);
        _down = fault.For(FaultDirection.ServerToClient);
    }

    /// <summary>The datagram with one bit changed; valid until the next.</summary>
    internal ReadOnlySpan<byte> Flip(ReadOnlySpan<byte> data, int bit)
    {
        _changed ??= new byte[65536];
        data.CopyTo(_changed);
        _changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return _changed.AsSpan(0, data.Length);
    }

    internal bool SendToClient(ReadOnlySpan<byte> data, DatagramAddress client)
    {
        if (_server!.Channel is not { } channel)
        {
            return false;
        }
        long failures = channel.SendFailures;
        _server.Send(data, client);
        return channel.SendFailures == failures;
    }

    /// <summary>Something that waited no longer does.</summary>
    internal void Passed()
    {
        if (_server!.State != ListenerState.Listening)
        {
            _server.ReleaseWhenIdle();
        }
    }

    internal void TargetAnswered() => _targetFailing = false;

    /// <summary>The target's system, or one on the way, answered with ICMP. To the client nothing can be said; of several in a row one is an event.</summary>
    internal void TargetFailed(DatagramFlow flow, SocketError error)
    {
        Statistic.CountTargetFailure();
        if (_targetFailing)
        {
            return;
        }
        _targetFailing = true;
        NetException failure = error is SocketError.ConnectionRefused or SocketError.ConnectionReset
            ? new NetException(NetError.ConnectionRefused, $"{TargetText} refused a datagram of {flow.Name}: nothing listens on that port. Check the port, and that the server is started.", TargetText)
            : NetException.FromSocket(new SocketException((int)error), TargetText);
        _server!.Record(ListenerEventType.Error, flow.Name, message: failure.Message, error: failure);
    }

    private DatagramFlow? AddFlow(UdpServer server, DatagramAddress from)
    {
        if (server.State != ListenerState.Listening)
        {
            return null;
        }
        if (_flows.Count >= MaximumClient)
        {
            Refuse(server, from, null);
            return null;
        }
        DatagramFlow flow;
        try
        {
            Socket target = UdpBinding.Connect(new IPEndPoint(TargetAddress(server), TargetPort));
            flow = new DatagramFlow(this, server.Loop, _delays!, ++_lastNumber, from, target);
        }
        catch (SocketException e)
        {
            Refuse(server, from, NetException.FromSocket(e, TargetText));
            return null;
        }
        _refusing = false;
        _flows.Add(ClientKey.Of(from), flow);
        Statistic.CountClient();
        server.CountConnected();
        server.Record(ListenerEventType.Connected, flow.Name);
        return flow;
    }

    // Once, until there is room again: whoever sends from many ports must not push all other events out.
    private void Refuse(UdpServer server, DatagramAddress from, NetException? error)
    {
        server.CountRefused();
        if (_refusing)
        {
            return;
        }
        _refusing = true;
        string client = from.ToEndPoint().ToString();
        if (error is null)
        {
            server.Record(ListenerEventType.Refused, client, message: $"{server.Name} has {MaximumClient} clients, as many as it may.");
        }
        else
        {
            server.Record(ListenerEventType.Error, client, message: error.Message, error: error);
        }
    }

    private void ScheduleSweep()
    {
        if (IdleTimeout <= TimeSpan.Zero || _stopped)
        {
            return;
        }
        TimeSpan pause = TimeSpan.FromMilliseconds(Math.Clamp(IdleTimeout.TotalMilliseconds / 4, 10, 15_000));
        _server!.Loop.Schedule(pause, static service => ((UdpFaultProxyService)service!).Sweep(), this);
    }

    private void Sweep()
    {
        if (_stopped)
        {
            return;
        }
        long oldest = Environment.TickCount64 - (long)IdleTimeout.TotalMilliseconds;
        foreach ((ClientKey key, DatagramFlow flow) in _flows)
        {
            if (flow.LastActivity < oldest && !flow.IsBusy)
            {
                // A dictionary may be removed from while it is gone through.
                _flows.Remove(key);
                flow.Close();
                _refusing = false;
                _server!.CountDisconnected();
                _server.Record(ListenerEventType.Disconnected, flow.Name, flow.BytesReceived);
            }
        }
        ScheduleSweep();
    }

    /// <summary>A client's address and port as a value, so that finding it makes no object.</summary>
    private readonly record struct ClientKey(ulong High, ulong Low, uint Scope, int Port)
    {
        public static ClientKey Of(DatagramAddress address)
        {
            ReadOnlySpan<byte> bytes = address.Bytes;
            return bytes.Length <= 16
                ? new ClientKey(0, BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), 0, address.Port)
                : new ClientKey(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]), address.Port);
        }

        // Whoever chooses the ports must not be able to choose the hash.
        public override int GetHashCode() => HashCode.Combine(High, Low, Scope, Port);
    }
}
