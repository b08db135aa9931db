namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>Character generator (RFC 864): lines of 72 printing characters, each a character further on, as fast as the client takes them.</summary>
public sealed class ChargenProtocol : ServerProtocol
{
    public override void OnConnected(NetClient client) => Refill(client);

    public override void OnDrained(NetClient client) => Refill(client);

    public override void OnData(NetClient client, ReadOnlySpan<byte> data) => client.CountMessage();

    // RFC 864: the service ends when the user closes.
    public override void OnInputEnded(NetClient client) => client.Channel.Abort();

    // A few patterns a turn: a client that reads as fast as this writes must not keep the loop from the others.
    private static void Refill(NetClient client)
    {
        for (int turns = 8; turns > 0; turns--)
        {
            if (client.Channel.IsClosed || client.CloseWhenIdle)
            {
                return;
            }
            client.SendOnLoop(ChargenPattern.Whole);
            if (client.Channel.PendingBytes > 0)
            {
                return;
            }
        }
        client.Channel.Loop.Post(() => Refill(client));
    }
}
