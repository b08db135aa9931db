using System.Diagnostics;

namespace PSNetConcurrency.Infrastructure;

/// <summary>
/// Takes what threads of their own find, and hands it to the pipeline many at a time: waking the pipeline for each would cost
/// more than finding it. A producer waits while the queue is full.
/// </summary>
internal sealed class BatchQueue<T>(int capacity)
{
    private const int Batch = 256;
    private static readonly long Quiet = Stopwatch.Frequency / 100;

    private readonly object _gate = new();
    private List<T> _items = [];
    private List<T> _taken = [];
    private TaskCompletionSource? _wanted;
    private Exception? _failure;
    private long _woken;
    private bool _complete;
    private bool _stopped;

    /// <summary>Adds one; false when nobody wants it any more.</summary>
    public bool Add(T item)
    {
        lock (_gate)
        {
            while (_items.Count >= capacity && !_stopped)
            {
                Wake();
                Monitor.Wait(_gate);
            }
            if (_stopped)
            {
                return false;
            }
            _items.Add(item);
            // In a burst they gather; one that comes alone goes on at once.
            if (_items.Count >= Batch || Stopwatch.GetTimestamp() - _woken > Quiet)
            {
                Wake();
            }
            return true;
        }
    }

    /// <summary>Hands on what has gathered: for a producer that has nothing more at the moment.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_items.Count > 0)
            {
                Wake();
            }
        }
    }

    /// <summary>There will be no more; the failure is thrown to whoever takes, behind the last.</summary>
    public void Complete(Exception? failure = null)
    {
        lock (_gate)
        {
            _complete = true;
            _failure = failure;
            Wake();
        }
    }

    /// <summary>Ends both sides at once, from any thread.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
            Wake();
        }
    }

    /// <summary>What is there, in order; waits until something is. Null at the end. Valid until the next call.</summary>
    public async Task<IReadOnlyList<T>?> TakeAsync()
    {
        while (true)
        {
            if (TryTake() is { } batch)
            {
                return batch;
            }
            Task wanted;
            lock (_gate)
            {
                if (_stopped)
                {
                    throw new OperationCanceledException();
                }
                if (_items.Count > 0)
                {
                    continue;
                }
                if (_complete)
                {
                    return _failure is null ? null : throw _failure;
                }
                _wanted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wanted = _wanted.Task;
            }
            await wanted;
        }
    }

    /// <summary>What is there, in order; null for nothing. Valid until the next call.</summary>
    public IReadOnlyList<T>? TryTake()
    {
        lock (_gate)
        {
            if (_items.Count == 0 || _stopped)
            {
                return null;
            }
            _taken.Clear();
            (_items, _taken) = (_taken, _items);
            Monitor.PulseAll(_gate);
            return _taken;
        }
    }

    private void Wake()
    {
        if (_wanted is { } wanted)
        {
            _wanted = null;
            _woken = Stopwatch.GetTimestamp();
            wanted.SetResult();
        }
    }
}
