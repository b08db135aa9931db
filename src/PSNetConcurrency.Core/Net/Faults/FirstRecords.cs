namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>Counts what happened, and keeps the first of it one by one. Written by one thread, read by any.</summary>
internal sealed class FirstRecords<T>(int capacity)
{
    private readonly List<T> _records = [];
    private long _count;

    /// <summary>How many there were, kept or not.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts one; whether there is room to keep it.</summary>
    public bool CountOne() => Interlocked.Increment(ref _count) <= capacity;

    public void Add(T record)
    {
        lock (_records)
        {
            _records.Add(record);
        }
    }

    public T[] ToArray()
    {
        lock (_records)
        {
            return [.. _records];
        }
    }
}
