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

    /// <summary>
    /// Whether the client waits for the listener, not the listener for the client, which therefore is not idle. Unlike
    /// <see cref="IsBusy"/> it does not hold where only the client's not reading keeps something under way.
    /// </summary>
    public virtual bool IsWorkingFor(NetClient client) => IsBusy(client);

    /// <summary>When the client last sent or took something, in <see cref="Environment.TickCount64"/>.</summary>
    public virtual long LastActivity(NetClient client) => Math.Max(client.Channel.LastReceived, client.Channel.LastTaken);

    /// <summary>The listener has stopped; called once, off the loop.</summary>
    public virtual void OnStopped()
    {
    }
}
