namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>
/// What is held back to be overtaken: each until so many that came after it, and were not held themselves, have passed, or
/// until its time is over. Whoever holds it tells what passes and what time it is.
/// </summary>
internal sealed class HoldBack<T>(int capacity)
{
    // In the order they came; few, so that going through them costs less than anything cleverer.
    private readonly List<Held> _held = [];

    private readonly record struct Held(T Item, int Left, long Deadline);

    public int Count => _held.Count;

    /// <summary>Whether one more can be held.</summary>
    public bool HasRoom => _held.Count < capacity;

    /// <summary>When the first time is over; long.MaxValue where nothing is held.</summary>
    public long NextDeadline
    {
        get
        {
            long next = long.MaxValue;
            foreach (Held held in _held)
            {
                next = Math.Min(next, held.Deadline);
            }
            return next;
        }
    }

    /// <summary>Holds an item until <paramref name="distance"/> have passed it, or until <paramref name="deadline"/>.</summary>
    public void Hold(T item, int distance, long deadline) => _held.Add(new Held(item, distance, deadline));

    /// <summary>One that was not held has passed all that are.</summary>
    public void CountPassed()
    {
        for (int i = 0; i < _held.Count; i++)
        {
            _held[i] = _held[i] with { Left = _held[i].Left - 1 };
        }
    }

    /// <summary>Takes the first that has been passed often enough, or whose time is over.</summary>
    public bool TryTake(long now, out T item)
    {
        for (int i = 0; i < _held.Count; i++)
        {
            if (_held[i].Left <= 0 || _held[i].Deadline <= now)
            {
                item = _held[i].Item;
                _held.RemoveAt(i);
                return true;
            }
        }
        item = default!;
        return false;
    }
}
