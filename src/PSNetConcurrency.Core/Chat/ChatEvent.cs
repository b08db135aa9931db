using System.Threading.Channels;

namespace PSNetConcurrency;

/// <summary>What a <see cref="ChatEvent"/> tells.</summary>
public enum ChatEventType
{
    /// <summary>A message has come.</summary>
    MessageReceived,

    /// <summary>A message's state has moved on.</summary>
    MessageChanged,

    /// <summary>A user came, went or changed.</summary>
    UserChanged,
}

/// <summary>Something that happened in the chat.</summary>
/// <param name="Type">What.</param>
/// <param name="Message">The message, or null.</param>
/// <param name="User">The user as it is now, or null.</param>
public sealed record ChatEvent(ChatEventType Type, ChatMessage? Message, ChatUser? User);

/// <summary>The events of a peer from now on, for a consumer off its loop. Dispose it, or they gather: the oldest go when it is full.</summary>
public sealed class ChatSubscription : IDisposable
{
    private readonly Channel<ChatEvent> _channel;
    private readonly Action<ChatSubscription> _remove;

    internal ChatSubscription(int capacity, Action<ChatSubscription> remove)
    {
        _channel = Channel.CreateBounded<ChatEvent>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = false });
        _remove = remove;
    }

    /// <summary>Where they come; it completes when the peer stops.</summary>
    public ChannelReader<ChatEvent> Reader => _channel.Reader;

    public void Dispose()
    {
        _remove(this);
        Complete();
    }

    internal void Add(ChatEvent e) => _channel.Writer.TryWrite(e);

    internal void Complete() => _channel.Writer.TryComplete();
}
