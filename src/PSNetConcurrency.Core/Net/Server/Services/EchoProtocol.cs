namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>Echo (RFC 862): every byte comes back. A client that does not read is not read from.</summary>
public sealed class EchoProtocol : ServerProtocol
{
    public override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
        client.CountMessage();
        client.SendOnLoop(data);
        if (client.Channel.PendingBytes > 0)
        {
            client.Channel.PauseReading();
        }
    }

    public override void OnDrained(NetClient client) => client.Channel.ResumeReading();
}
