using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>Echo over UDP (RFC 862): every datagram goes back to where it came from.</summary>
public sealed class EchoService : DatagramService
{
    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from) => server.Send(data, from);
}
