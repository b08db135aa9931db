namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>Discard (RFC 863): takes everything, answers nothing.</summary>
public sealed class DiscardProtocol : ServerProtocol
{
    public override void OnData(NetClient client, ReadOnlySpan<byte> data) => client.CountMessage();
}
