namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>What the arrival of a numbered datagram means.</summary>
internal enum Arrival
{
    InOrder,

    /// <summary>One with a higher number had come before.</summary>
    Reordered,

    /// <summary>It had come before.</summary>
    Duplicate,
}

/// <summary>
/// Counts what became of numbered datagrams: each once, the first time it comes. As RFC 4737 (3.3) has it, one is reordered when
/// its number is less than the next expected, which is one more than the highest that has come.
/// </summary>
internal sealed class SequenceAccount(int count)
{
    private readonly ulong[] _seen = new ulong[(count + 63) / 64];
    private int _next;

    public int Received { get; private set; }

    public int Duplicate { get; private set; }

    public int Reordered { get; private set; }

    /// <summary>Counts the arrival of one; its number is from 0 to below the count.</summary>
    public Arrival Record(int sequence)
    {
        ulong bit = 1UL << (sequence & 63);
        ref ulong word = ref _seen[sequence >> 6];
        if ((word & bit) != 0)
        {
            Duplicate++;
            return Arrival.Duplicate;
        }
        word |= bit;
        Received++;
        if (sequence < _next)
        {
            Reordered++;
            return Arrival.Reordered;
        }
        _next = sequence + 1;
        return Arrival.InOrder;
    }
}

/// <summary>
/// The jitter of RFC 3550 (6.4.1): each difference between the transit times of a datagram and the one that came before moves the
/// estimate by a sixteenth.
/// </summary>
internal struct InterarrivalJitter
{
    private long _last;
    private bool _any;

    public double Value { get; private set; }

    public void Record(long transit)
    {
        if (_any)
        {
            Value += (Math.Abs((double)(transit - _last)) - Value) / 16;
        }
        _last = transit;
        _any = true;
    }
}
