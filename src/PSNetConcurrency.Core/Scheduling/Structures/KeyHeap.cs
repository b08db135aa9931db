namespace PSNetConcurrency.Core.Scheduling.Structures;

/// <summary>Jobs by key, the least first; by sequence number among equal keys.</summary>
internal sealed class KeyHeap<TKey> where TKey : struct, IComparable<TKey>
{
    private Entry[] _entries = new Entry[16];

    public int Count { get; private set; }

    public TKey LeastKey => _entries[0].Key;

    public int First => _entries[0].Job;

    public void Add(TKey key, long sequence, int job)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * Count);
        }
        Entry added = new(key, sequence, job);
        int at = Count++;
        while (at > 0)
        {
            int parent = (at - 1) / 4;
            if (!added.IsBefore(_entries[parent]))
            {
                break;
            }
            _entries[at] = _entries[parent];
            at = parent;
        }
        _entries[at] = added;
    }

    public int Take()
    {
        int job = _entries[0].Job;
        Entry last = _entries[--Count];
        int at = 0;
        // Four children a node: half the levels, and they lie side by side.
        for (int child = 1; child < Count; child = (4 * at) + 1)
        {
            int least = child;
            for (int other = child + 1; other < Math.Min(child + 4, Count); other++)
            {
                if (_entries[other].IsBefore(_entries[least]))
                {
                    least = other;
                }
            }
            if (!_entries[least].IsBefore(last))
            {
                break;
            }
            _entries[at] = _entries[least];
            at = least;
        }
        _entries[at] = last;
        return job;
    }

    private readonly struct Entry(TKey key, long sequence, int job)
    {
        public readonly TKey Key = key;
        public readonly long Sequence = sequence;
        public readonly int Job = job;

        public bool IsBefore(in Entry other)
        {
            int order = Key.CompareTo(other.Key);
            return order < 0 || (order == 0 && Sequence < other.Sequence);
        }
    }
}
