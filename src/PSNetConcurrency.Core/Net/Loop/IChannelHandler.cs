using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>What happens on a channel. Every method is called on the channel's loop, one at a time.</summary>
public interface IChannelHandler
{
    /// <summary>The connection is up; with TLS, its handshake has succeeded.</summary>
    void OnConnected(Channel channel);

    /// <summary>Bytes have arrived. The memory is the loop's and is reused when this returns: use it or copy it.</summary>
    void OnData(Channel channel, ReadOnlySpan<byte> data);

    /// <summary>The peer will send no more (it closed, or shut down its sending side); sending to it may still work.</summary>
    void OnInputEnded(Channel channel);

    /// <summary>Everything that <see cref="Channel.Send"/> had to keep has gone to the system.</summary>
    void OnDrained(Channel channel);

    /// <summary>The channel is closed, once for each channel; <paramref name="reason"/> is null for a close that was asked for or followed the peer's.</summary>
    void OnClosed(Channel channel, Exception? reason);
}

/// <summary>Takes the connections of a listening socket. Called on the loop.</summary>
public interface IAcceptor
{
    /// <summary>Decides on a connection before anything is allocated for it; null refuses it with a reset.</summary>
    IChannelHandler? OnAccept(System.Net.IPEndPoint remote);

    /// <summary>The connection is attached; the handler's OnConnected follows.</summary>
    void OnAccepted(Channel channel);

    /// <summary>The system could not accept, for instance for want of file descriptors.</summary>
    void OnAcceptFailed(SocketError error);
}
