using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Time;

/// <summary>A UDP service of which some requests are as good as lost.</summary>
internal sealed class DroppingService(DatagramService inner, AnswerDropper dropper) : DatagramService
{
    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        if (!dropper.Drops())
        {
            inner.OnDatagram(server, data, from);
        }
    }
}

/// <summary>A TCP service of which some connections are closed without an answer.</summary>
internal sealed class DroppingProtocol(ServerProtocol inner, AnswerDropper dropper) : ServerProtocol
{
    public override void OnConnected(NetClient client)
    {
        if (dropper.Drops())
        {
            client.Channel.Close(linger: true);
            return;
        }
        inner.OnConnected(client);
    }

    public override void OnData(NetClient client, ReadOnlySpan<byte> data) => inner.OnData(client, data);
}
