namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>A packet on its way to a user, from being queued to its receipt.</summary>
internal sealed class Outgoing(Contact to, ChatMessage? message, Func<Outgoing, byte[]> build)
{
    public Contact To { get; set; } = to;

    /// <summary>The message it carries; null for what is sent beside messages.</summary>
    public ChatMessage? Message { get; } = message;

    /// <summary>Whether a receipt is waited for.</summary>
    public bool IsConfirmed { get; init; } = true;

    /// <summary>Whether it answers what came, and so goes out within what may be answered.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>The packet's number, given when it is first sent: numbers must rise in the order of sending.</summary>
    public long Number { get; private set; }

    public byte[]? Bytes { get; private set; }

    /// <summary>How often it was sent since its receiver was last seen.</summary>
    public int Attempt { get; set; }

    public bool IsDone { get; set; }

    /// <summary>Whether its receiver went before it was confirmed: it is sent again when he is back.</summary>
    public bool IsParked { get; set; }

    public byte[] Prepare(long number)
    {
        Number = number;
        return Bytes = build(this);
    }
}
