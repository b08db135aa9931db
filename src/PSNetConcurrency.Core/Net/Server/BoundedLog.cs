namespace PSNetConcurrency.Core.Net.Server;

/// <summary>What gathers until somebody fetches it, in bounds: when nobody does, the oldest make room, and are counted.</summary>
public class BoundedLog<T> where T : class
{
    private readonly object _gate = new();
    private readonly LinkedList<T> _items = new();
    private readonly int _capacity;
    private readonly long _capacityBytes;
    private readonly Func<T, long> _sizeOf;
    private TaskCompletionSource _changed = New();
    private long _dropped;
    private long _bytes;
    private bool _complete;

    /// <param name="capacity">How many are kept.</param>
    /// <param name="capacityBytes">How many bytes they may hold.</param>
    /// <param name="sizeOf">How many bytes one holds.</param>
    public BoundedLog(int capacity, long capacityBytes, Func<T, long> sizeOf)
    {
        _capacity = capacity;
        _capacityBytes = capacityBytes;
        _sizeOf = sizeOf;
    }

    /// <summary>How many were lost because nobody fetched them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Add(T item)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _bytes += _sizeOf(item);
            while (_items.First is { } oldest && (_items.Count == _capacity || _bytes > _capacityBytes))
            {
                Remove(oldest);
                _dropped++;
            }
            _items.AddLast(item);
            changed = _changed;
        }
        changed.TrySetResult();
    }

    /// <summary>Nothing comes any more.</summary>
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

    /// <summary>All there are, without taking them.</summary>
    public T[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _items];
        }
    }

    /// <summary>Takes the oldest; false when there is none now.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? item) => TryTake(static _ => true, out item);

    /// <summary>Takes the oldest that is wanted; those before it stay.</summary>
    public bool TryTake(Func<T, bool> wanted, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? item)
    {
        lock (_gate)
        {
            for (LinkedListNode<T>? node = _items.First; node is not null; node = node.Next)
            {
                if (wanted(node.Value))
                {
                    item = node.Value;
                    Remove(node);
                    return true;
                }
            }
        }
        item = null;
        return false;
    }

    /// <summary>Waits until there is one; false when none comes any more.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => WaitAsync(static _ => true, cancellationToken);

    /// <summary>Waits until there is one that is wanted; false when none comes any more.</summary>
    public async ValueTask<bool> WaitAsync(Func<T, bool> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_items.Any(wanted))
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

    private void Remove(LinkedListNode<T> node)
    {
        _bytes -= _sizeOf(node.Value);
        _items.Remove(node);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
