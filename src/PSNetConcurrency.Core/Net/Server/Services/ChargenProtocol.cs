namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>Character generator (RFC 864): lines of 72 printing characters, each a character further on, as fast as the client takes them.</summary>
public sealed class ChargenProtocol : ServerProtocol
{
    private const int Printing = 95, LineLength = 72;

    // The pattern repeats after 95 lines: made once, sent for ever.
    private static readonly byte[] Pattern = MakePattern();

    public override void OnConnected(NetClient client) => Refill(client);

    public override void OnDrained(NetClient client) => Refill(client);

    public override void OnData(NetClient client, ReadOnlySpan<byte> data) => client.CountMessage();

    // RFC 864: the service ends when the user closes.
    public override void OnInputEnded(NetClient client) => client.Channel.Abort();

    private static byte[] MakePattern()
    {
        byte[] pattern = new byte[Printing * (LineLength + 2)];
        for (int line = 0, at = 0; line < Printing; line++)
        {
            for (int column = 0; column < LineLength; column++)
            {
                pattern[at++] = (byte)(' ' + ((line + column) % Printing));
            }
            pattern[at++] = (byte)'\r';
            pattern[at++] = (byte)'\n';
        }
        return pattern;
    }

    // A few patterns a turn: a client that reads as fast as this writes must not keep the loop from the others.
    private static void Refill(NetClient client)
    {
        for (int turns = 8; turns > 0; turns--)
        {
            if (client.Channel.IsClosed || client.CloseWhenIdle)
            {
                return;
            }
            client.SendOnLoop(Pattern);
            if (client.Channel.PendingBytes > 0)
            {
                return;
            }
        }
        client.Channel.Loop.Post(() => Refill(client));
    }
}
