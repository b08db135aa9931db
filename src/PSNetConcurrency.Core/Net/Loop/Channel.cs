using System.Net;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// One connection on an <see cref="EventLoop"/>. Members may be called on the loop only; other threads use
/// <see cref="EventLoop.Post"/>.
/// </summary>
public abstract class Channel
{
    protected Channel(EventLoop loop, IChannelHandler handler)
    {
        Loop = loop;
        Handler = handler;
    }

    public EventLoop Loop { get; }

    public IChannelHandler Handler { get; set; }

    public abstract IPEndPoint? LocalEndPoint { get; }

    public abstract IPEndPoint? RemoteEndPoint { get; }

    /// <summary>Bytes given to <see cref="Send"/> that the system has not taken yet. A sender that sees it grow stops until OnDrained.</summary>
    public abstract int PendingBytes { get; }

    /// <summary>
    /// Bytes the system has taken that the peer's system has not acknowledged yet: a reset now would lose them. Null where the system does not tell.
    /// </summary>
    public virtual int? UnacknowledgedBytes => null;

    /// <summary>When bytes last arrived, in <see cref="Environment.TickCount64"/>; at first, when the channel was made.</summary>
    public abstract long LastReceived { get; }

    /// <summary>When the system last took bytes: a peer that does not read moves it no more once the system's own buffers are full.</summary>
    public abstract long LastTaken { get; }

    /// <summary>
    /// Whether a reset that comes while reading is paused is told only after the bytes that came before it. Otherwise it closes
    /// the channel as soon as the system tells, and what was not read is lost.
    /// </summary>
    public abstract bool KeepsUnreadOnReset { get; set; }

    public abstract bool IsClosed { get; }

    /// <summary>Whether the peer has ended its sending side.</summary>
    public abstract bool InputEnded { get; }

    /// <summary>Sends the bytes; what the system does not take at once is copied and sent as soon as it does.</summary>
    public abstract void Send(ReadOnlySpan<byte> data);

    /// <summary>Stops OnData until <see cref="ResumeReading"/>; the peer is held back by TCP's own window.</summary>
    public abstract void PauseReading();

    public abstract void ResumeReading();

    /// <summary>Ends the sending side once all is sent; receiving goes on.</summary>
    public abstract void ShutdownSend();

    /// <summary>
    /// Closes once all is sent. With <paramref name="linger"/> the peer's remaining bytes are read and thrown away until it
    /// closes too (for two seconds at most): closing over unread bytes would reset the connection and take the last reply along.
    /// </summary>
    public abstract void Close(bool linger = false);

    /// <summary>Closes now with a reset; what is pending is lost.</summary>
    public abstract void Abort(Exception? reason = null);
}
