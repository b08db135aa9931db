namespace PSNetConcurrency.Soak;

/// <summary>Lets rounds begin, and none while it is closed: what a process holds can be compared only when nothing is under way.</summary>
internal sealed class Turnstile
{
    private readonly object _gate = new();
    private readonly HashSet<Round> _inside = [];
    private TaskCompletionSource? _closed;
    private TaskCompletionSource? _empty;

    /// <summary>Waits until it is open, and is inside.</summary>
    public async Task EnterAsync(Round round)
    {
        while (true)
        {
            Task opened;
            lock (_gate)
            {
                if (_closed is null)
                {
                    _inside.Add(round);
                    return;
                }
                opened = _closed.Task;
            }
            await opened;
        }
    }

    public void Leave(Round round)
    {
        lock (_gate)
        {
            _inside.Remove(round);
            if (_inside.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Closes it; the task ends when all are out.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_inside.Count == 0)
            {
                _empty.SetResult();
            }
            return _empty.Task;
        }
    }

    public void Open()
    {
        lock (_gate)
        {
            _closed?.TrySetResult();
            _closed = null;
        }
    }
}
