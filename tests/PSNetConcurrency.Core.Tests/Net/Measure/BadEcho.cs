using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Measure;

/// <summary>What a server does wrong.</summary>
public enum Fault
{
    Flip,
    Drop,
    Swap,
    Add,
    Close,
    Reset,
    Mute,
}

/// <summary>An echo that lies: from the given piece of data on, on each connection.</summary>
internal sealed class BadEcho(Fault fault, int piece = 20) : ServerProtocol
{
    public override void OnConnected(NetClient client) => client.ProtocolState = 0;

    public override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
        int count = (int)client.ProtocolState! + 1;
        client.ProtocolState = count;
        if (count != piece && !(fault == Fault.Mute && count > piece))
        {
            client.SendOnLoop(data);
            return;
        }
        byte[] copy = data.ToArray();
        switch (fault)
        {
            case Fault.Flip:
                copy[copy.Length / 2] ^= 1;
                client.SendOnLoop(copy.AsSpan());
                break;
            case Fault.Drop:
                client.SendOnLoop(copy.AsSpan(1));
                break;
            case Fault.Swap:
                Array.Reverse(copy);
                client.SendOnLoop(copy.AsSpan());
                break;
            case Fault.Add:
                client.SendOnLoop(copy.AsSpan());
                client.SendOnLoop(copy.AsSpan());
                break;
            case Fault.Close:
                client.Channel.Close();
                break;
            case Fault.Reset:
                client.Channel.Abort();
                break;
        }
    }
}
