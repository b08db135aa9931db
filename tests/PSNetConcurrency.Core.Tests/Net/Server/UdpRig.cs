using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Server;

/// <summary>What a test's service does with a datagram.</summary>
internal delegate void DatagramAction(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from);

/// <summary>A UDP server on a loop of its own.</summary>
internal sealed class UdpRig : IAsyncDisposable
{
    public UdpRig(LoopKind kind, UdpServerOptions options, DatagramService service)
    {
        Loop = EventLoop.Start(LoopPair.Create(kind));
        Server = UdpServer.Start("Echo", options with { Loop = Loop }, service);
    }

    public EventLoop Loop { get; }

    public UdpServer Server { get; }

    public static Socket Client(IPEndPoint to)
    {
        Socket socket = new(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(to);
        return socket;
    }

    /// <summary>A datagram as if it came from there.</summary>
    public Task ForgeAsync(IPEndPoint from, byte[] data) => LoopPair.RunAsync(Loop, () =>
    {
        Span<byte> address = stackalloc byte[DatagramAddress.MaximumLength];
        int length = DatagramAddress.Write(from, Server.LocalEndPoint.AddressFamily, address);
        IDatagramHandler handler = Server;
        handler.OnDatagram(Server.Channel!, data, new DatagramAddress(address[..length]));
        handler.OnBatchEnded(Server.Channel!);
    });

    public async ValueTask DisposeAsync()
    {
        await Server.StopAsync(TimeSpan.Zero).WaitAsync(Eventually.Limit);
        Loop.Stop();
        Loop.Join(Eventually.Limit);
    }
}

/// <summary>A service made of what a test gives.</summary>
internal sealed class Service(DatagramAction action) : DatagramService
{
    public Action? Started { get; init; }

    public bool Busy { get; set; }

    public override bool IsBusy => Busy;

    public override void OnStarted(UdpServer server) => Started?.Invoke();

    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from) => action(server, data, from);
}
