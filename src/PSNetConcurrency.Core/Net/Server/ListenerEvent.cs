namespace PSNetConcurrency;

/// <summary>What a <see cref="ListenerEvent"/> tells.</summary>
public enum ListenerEventType
{
    /// <summary>The listener listens.</summary>
    Started,

    /// <summary>A client is connected (with TLS: its handshake succeeded).</summary>
    Connected,

    /// <summary>A whole message has arrived from a client.</summary>
    Message,

    /// <summary>A handler has written a warning, a verbose or debug line, or information.</summary>
    Output,

    /// <summary>A connection was turned away, or a datagram dropped: by -Allow or -Deny, or because the listener is full. Of datagrams one event a second at most.</summary>
    Refused,

    /// <summary>Something went wrong: a handler failed, a client broke the protocol or its connection broke.</summary>
    Error,

    /// <summary>A client is gone.</summary>
    Disconnected,

    /// <summary>The listener has stopped.</summary>
    Stopped,
}

/// <summary>Something that happened at a listener.</summary>
/// <param name="ListenerId">The listener's id.</param>
/// <param name="Time">When.</param>
/// <param name="Type">What.</param>
/// <param name="Client">The client's address and port, or null where no client is concerned.</param>
/// <param name="Bytes">The bytes of the message, or received in all from a client that is gone.</param>
/// <param name="Message">The message as the handler saw it (a string, or bytes), or words about the event.</param>
/// <param name="Error">The failure, or null.</param>
public sealed record ListenerEvent(int ListenerId, DateTimeOffset Time, ListenerEventType Type, string? Client, long Bytes, object? Message, Exception? Error);
