namespace PSNetConcurrency.Core.Net.Server;

/// <summary>A listener's events, a bounded number of them: when nobody fetches them the oldest make room, and are counted.</summary>
public sealed class EventLog
{
    /// <summary>How many events a listener keeps.</summary>
    public const int Capacity = 4096;

    /// <summary>How many bytes the messages among them may hold.</summary>
    public const int CapacityBytes = 16 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly Queue<ListenerEvent> _events = new();
    private TaskCompletionSource _changed = New();
    private long _dropped;
    private long _bytes;
    private bool _complete;

    /// <summary>How many events were lost because nobody fetched them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Add(ListenerEvent e)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _bytes += SizeOf(e);
            while (_events.Count == Capacity || (_events.Count > 0 && _bytes > CapacityBytes))
            {
                _bytes -= SizeOf(_events.Dequeue());
                _dropped++;
            }
            _events.Enqueue(e);
            changed = _changed;
        }
        changed.TrySetResult();
    }

    /// <summary>No event comes any more.</summary>
    public void Complete()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _complete = true;
            changed = _changed;
        }
        changed.TrySetResult();
    }

    /// <summary>All events there are, without taking them.</summary>
    public ListenerEvent[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _events];
        }
    }

    /// <summary>Takes the oldest event; false when there is none now.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ListenerEvent? e)
    {
        lock (_gate)
        {
            if (!_events.TryDequeue(out e))
            {
                return false;
            }
            _bytes -= SizeOf(e);
            return true;
        }
    }

    /// <summary>Waits until there is an event; false when none comes any more.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_events.Count > 0)
                {
                    return true;
                }
                if (_complete)
                {
                    return false;
                }
                if (_changed.Task.IsCompleted)
                {
                    _changed = New();
                }
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // A client may make a listener keep what it sends, as a message or as the beginning of one on an error.
    private static long SizeOf(ListenerEvent e) => (e.Error is NetException failure ? failure.Received.Length : 0) + e.Message switch
    {
        byte[] bytes => bytes.Length,
        string text => 2L * text.Length,
        null => 0,
        // A message with its header beside it.
        _ => 4 * e.Bytes,
    };

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
