namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>The packet numbers that one user has sent lately: what comes again, over another address or by retry, is known by them.</summary>
internal sealed class RecentNumbers
{
    /// <summary>How many are remembered of each user.</summary>
    public const int Capacity = 256;

    private const long LifeMilliseconds = 10 * 60 * 1000;

    // An entry goes to every broadcast address at about the same time.
    private const long CopiesMilliseconds = 1000;

    private readonly Dictionary<long, long> _numbers = [];
    private readonly Queue<(long Number, long Time)> _order = new();
    private long _highest;

    /// <summary>Remembers a number; false where it is known.</summary>
    public bool Add(long number, long now)
    {
        while (_order.TryPeek(out (long Number, long Time) oldest) && (now - oldest.Time > LifeMilliseconds || _order.Count >= Capacity))
        {
            _order.Dequeue();
            _numbers.Remove(oldest.Number);
        }
        if (!_numbers.TryAdd(number, now))
        {
            return false;
        }
        _order.Enqueue((number, now));
        _highest = Math.Max(_highest, number);
        return true;
    }

    /// <summary>
    /// As <see cref="Add"/>, of an entry: one with a lower number than what came before is a program that was started anew and counts
    /// from the beginning, as iptux does. Its numbers are not those of before. Copies of one entry come within a moment.
    /// </summary>
    public void AddEntry(long number, long now)
    {
        if (number < _highest && !(_numbers.TryGetValue(number, out long came) && now - came < CopiesMilliseconds))
        {
            _numbers.Clear();
            _order.Clear();
            _highest = 0;
        }
        Add(number, now);
    }
}
