namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Answers messages, on threads of its own.</summary>
public interface IMessageHandler
{
    /// <summary>Takes a message; called on the loop, so it hands it on. The answer comes through the work.</summary>
    void Handle(MessageWork work);

    /// <summary>The listener has stopped.</summary>
    void Stop();
}

/// <summary>A message to answer, once; the listener that got it knows how.</summary>
/// <param name="listener">The listener, which keeps what the handler reports as events.</param>
/// <param name="client">Who sent it, as the handler sees it; its text is the client of the events.</param>
/// <param name="message">The message, as the listener was told to present it.</param>
public abstract class MessageWork(NetListener listener, object client, object message)
{
    private int _answered;
    private object? _message = message;

    public object Client => client;

    /// <summary>Null when it is forgotten.</summary>
    internal object? Message => _message;

    /// <summary>Whether nobody would get an answer any more; may be asked from any thread.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Takes the message to work on: a string, or bytes, or an object of the listener's kind. Null where the work is over, as nobody would get an answer.</summary>
    public object? Take()
    {
        object? taken = _message;
        if (taken is null || IsAbandoned)
        {
            Drop();
            return null;
        }
        return taken;
    }

    /// <summary>Sends the replies; none is fine. From any thread.</summary>
    public void Complete(IReadOnlyList<FrameContent> replies)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            Reply(replies);
        }
    }

    /// <summary>The handler failed: the failure is an event. From any thread.</summary>
    public void Fail(Exception failure)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            Failed(failure);
        }
    }

    /// <summary>The handler leaves it, as it ends. From any thread.</summary>
    public void Drop()
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            Dropped();
        }
    }

    /// <summary>The message is not kept any longer: the handler may come to it late, and then only to drop it.</summary>
    internal void Forget() => _message = null;

    /// <summary>The handler wrote something beside its replies: an event.</summary>
    public void ReportOutput(string text) => listener.Record(ListenerEventType.Output, client.ToString(), message: text);

    /// <summary>The handler met an error that did not end it: an event.</summary>
    public void ReportError(string text, Exception error) => listener.Record(ListenerEventType.Error, client.ToString(), message: text, error: error);

    protected abstract void Reply(IReadOnlyList<FrameContent> replies);

    protected abstract void Failed(Exception failure);

    protected abstract void Dropped();
}
