namespace PSNetConcurrency.Core.Net.Server;

/// <summary>
/// What a TCP listener does with its clients. All methods run on the listener's loop and never block; a protocol
/// keeps what it knows of a client in <see cref="NetClient.ProtocolState"/>.
/// </summary>
public abstract class ServerProtocol
{
    public virtual void OnConnected(NetClient client)
    {
    }

    /// <summary>Bytes have arrived; the memory is valid during the call only.</summary>
    public abstract void OnData(NetClient client, ReadOnlySpan<byte> data);

    /// <summary>The client will send no more. What is under way is still sent to it.</summary>
    public virtual void OnInputEnded(NetClient client) => client.Channel.Close();

    /// <summary>Everything sent has gone to the system.</summary>
    public virtual void OnDrained(NetClient client)
    {
    }

    public virtual void OnClosed(NetClient client)
    {
    }

    /// <summary>As <see cref="OnClosed(NetClient)"/>, for a protocol that needs to know why: null for a close that was asked for or followed the client's.</summary>
    public virtual void OnClosed(NetClient client, Exception? reason) => OnClosed(client);

    /// <summary>Whether something is under way for the client that a drain waits for.</summary>
    public virtual bool IsBusy(NetClient client) => false;

    /// <summary>The listener has stopped; called once, off the loop.</summary>
    public virtual void OnStopped()
    {
    }
}
