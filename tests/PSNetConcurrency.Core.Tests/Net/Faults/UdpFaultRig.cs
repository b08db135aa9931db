using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Faults;

/// <summary>A target that keeps what it gets, and may send it back; a proxy before it; clients.</summary>
internal sealed class UdpFaultRig : IAsyncDisposable
{
    private readonly List<Socket> _sockets = [];
    private readonly List<byte[]> _received = [];
    private readonly bool _echoes;

    public UdpFaultRig(NetFault fault, long seed = 1, LoopKind kind = LoopKind.Native, IPAddress? address = null, bool echoes = false, int maximumClient = 1000, double idleSeconds = 60)
    {
        _echoes = echoes;
        address ??= IPAddress.Loopback;
        Target = Bound(address);
        Loop = kind == LoopKind.Native ? EventLoop.Start() : EventLoop.Start(new CompletionLoop());
        Service = new UdpFaultProxyService(address.ToString(), TargetPort, [address], fault, seed)
        {
            MaximumClient = maximumClient,
            IdleTimeout = TimeSpan.FromSeconds(idleSeconds),
        };
        Proxy = UdpFaultProxyListener.Start(new UdpServerOptions { Address = address, Loop = Loop }, Service);
        _ = ReceiveAsync();
    }

    public EventLoop Loop { get; }

    public Socket Target { get; }

    public int TargetPort => ((IPEndPoint)Target.LocalEndPoint!).Port;

    public UdpFaultProxyService Service { get; }

    public UdpFaultProxyListener Proxy { get; }

    public DatagramFaultStatistic Statistic => Proxy.FaultStatistic;

    public byte[][] Received
    {
        get
        {
            lock (_received)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>The numbers that arrived at the target, in order.</summary>
    public int[] Numbers => Received.Select(d => BitConverter.ToInt32(d)).ToArray();

    public Socket Client()
    {
        Socket socket = Bound(Proxy.LocalEndPoint.Address);
        socket.Connect(Proxy.LocalEndPoint);
        return socket;
    }

    /// <summary>Sends 1, 2, 3 and so on, as fast as proxy and target take them, so that the system drops none.</summary>
    public async Task SendNumbersAsync(Socket client, int count, int size = 4, int from = 1)
    {
        long before = Statistic.ClientToServer.Received;
        byte[] data = new byte[size];
        for (int i = 1; i <= count; i++)
        {
            BitConverter.TryWriteBytes(data, from + i - 1);
            client.Send(data);
            if (size > 10_000 || i % 50 == 0 || i == count)
            {
                await Eventually.TrueAsync(() => Statistic.ClientToServer.Received == before + i && HasAllPassed, $"{i} have come to the proxy");
            }
        }
    }

    /// <summary>Waits until nothing is on its way.</summary>
    public Task SettledAsync() => Eventually.TrueAsync(
        () => Service.WaitingMemory == 0 && HasAllPassed && (!_echoes || Statistic.ServerToClient.Received == Statistic.ClientToServer.Passed), "nothing is on its way");

    public async ValueTask DisposeAsync()
    {
        await Proxy.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
        Loop.Stop();
        Loop.Join(Eventually.Limit);
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private bool HasAllPassed
    {
        get
        {
            lock (_received)
            {
                return _received.Count == Statistic.ClientToServer.Passed;
            }
        }
    }

    private Socket Bound(IPAddress address)
    {
        Socket socket = UdpBinding.Bind(address, 0);
        _sockets.Add(socket);
        return socket;
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[65536];
        EndPoint any = new IPEndPoint(Target.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                SocketReceiveFromResult result = await Target.ReceiveFromAsync(buffer, any);
                lock (_received)
                {
                    _received.Add(buffer[..result.ReceivedBytes]);
                }
                if (_echoes)
                {
                    Target.SendTo(buffer.AsSpan(0, result.ReceivedBytes), SocketFlags.None, result.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
