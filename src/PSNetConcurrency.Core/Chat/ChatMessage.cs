using PSNetConcurrency.Core.Chat.Engine;

namespace PSNetConcurrency;

/// <summary>How far a message has come. A message's state only ever moves on.</summary>
public enum ChatMessageState
{
    /// <summary>It waits for its receiver to be there, or for an earlier message to arrive.</summary>
    Queued,

    /// <summary>It is on its way; no receipt has come yet.</summary>
    Sent,

    /// <summary>The receiver's program has it. What was received begins here.</summary>
    Delivered,

    /// <summary>The receiver has opened the sealed message.</summary>
    Read,

    /// <summary>It was given up: Error says why.</summary>
    Failed,
}

/// <summary>Which way a message goes.</summary>
public enum ChatDirection
{
    /// <summary>From another user to this peer.</summary>
    Received,

    /// <summary>From this peer.</summary>
    Sent,
}

/// <summary>A message of the chat, sent or received. State and times move on while it is kept; all else stays.</summary>
public sealed class ChatMessage
{
    private readonly object _gate = new();
    private TaskCompletionSource? _changed;
    private string? _text;

    internal ChatMessage(string id, ChatDirection direction, string from, string to, string? text, bool isSealed)
    {
        Id = id;
        Direction = direction;
        From = from;
        To = to;
        _text = text;
        Sealed = isSealed;
    }

    /// <summary>An id of its own, the same in the history.</summary>
    public string Id { get; }

    public ChatDirection Direction { get; }

    /// <summary>The sender's address in the chat, name@host.</summary>
    public string From { get; }

    /// <summary>The receiver's address in the chat, name@host, or an address and port where nothing else was known.</summary>
    public string To { get; internal set; }

    /// <summary>The text; null of a sealed message that was received and not opened yet.</summary>
    public string? Text => Direction == ChatDirection.Received && Sealed && !IsOpened ? null : _text;

    public ChatMessageState State { get; private set; }

    /// <summary>Whether the text is shown only once it is opened, and the opening told to the sender.</summary>
    public bool Sealed { get; }

    /// <summary>Whether a sealed message was opened here.</summary>
    public bool IsOpened { get; internal set; }

    /// <summary>Whether a program sent it as an answer, so that no program answers it.</summary>
    public bool IsAutomatic { get; internal init; }

    /// <summary>When it was written; of a received one, when it came.</summary>
    public DateTimeOffset Time { get; internal init; } = DateTimeOffset.Now;

    /// <summary>When it was first sent; of a received one, when it came.</summary>
    public DateTimeOffset? SentAt { get; private set; }

    /// <summary>When the receipt came; of a received one, when it came.</summary>
    public DateTimeOffset? DeliveredAt { get; private set; }

    /// <summary>When a sealed message was opened.</summary>
    public DateTimeOffset? ReadAt { get; private set; }

    /// <summary>How often it was sent.</summary>
    public int Attempt { get; internal set; }

    /// <summary>The files and folders that come with it, to be fetched with Receive-ChatFile.</summary>
    public ChatFile[] File { get; internal set; } = [];

    /// <summary>Why it was given up, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>The packet that it went or came in; 0 before it is sent.</summary>
    internal long PacketNumber { get; set; }

    /// <summary>Whose it is: the sender of a received one.</summary>
    internal Contact? Contact { get; init; }

    /// <summary>Whether the sender wants to be told of the opening, for certain.</summary>
    internal bool WantsReadCheck { get; init; }

    /// <summary>The text also of one that is not opened.</summary>
    internal string HiddenText => _text ?? "";

    public override string ToString() => $"{From}: {(Text is { } text ? text : "(sealed)")}";

    /// <summary>Moves on; false where that would be back or nowhere.</summary>
    internal bool Advance(ChatMessageState state, string? error = null)
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            // Given up or read is the end, and what has arrived can't be given up.
            if (state <= State || State == ChatMessageState.Read || (state == ChatMessageState.Failed && State == ChatMessageState.Delivered))
            {
                return false;
            }
            DateTimeOffset now = DateTimeOffset.Now;
            State = state;
            Error = error;
            SentAt ??= state is ChatMessageState.Sent or ChatMessageState.Delivered or ChatMessageState.Read ? now : null;
            DeliveredAt ??= state is ChatMessageState.Delivered or ChatMessageState.Read ? now : null;
            ReadAt ??= state == ChatMessageState.Read ? now : null;
            changed = _changed;
            _changed = null;
        }
        changed?.TrySetResult();
        return true;
    }

    /// <summary>As it was when it was kept.</summary>
    internal void Restore(ChatMessageState state, DateTimeOffset? sentAt, DateTimeOffset? deliveredAt, DateTimeOffset? readAt, string? error)
    {
        State = state;
        SentAt = sentAt;
        DeliveredAt = deliveredAt;
        ReadAt = readAt;
        Error = error;
    }

    /// <summary>Waits until it is at least in that state, or failed.</summary>
    internal async Task<ChatMessageState> WaitAsync(ChatMessageState state, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (State >= state)
                {
                    return State;
                }
                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    internal static string NewId() => Guid.NewGuid().ToString("n")[..16];
}
