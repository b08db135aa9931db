namespace PSNetConcurrency.Core.Scheduling.Structures;

/// <summary>
/// The job of the highest response ratio, (waited + burst) / burst, among jobs that come and go while time goes on. A kinetic
/// tournament: each match remembers when its loser will overtake, so only matches whose result changes are played again.
/// </summary>
internal sealed class RatioTournament
{
    private const int None = -1;

    private readonly int _leaves;
    private readonly int[] _winner;
    private readonly long[] _validUntil;
    private readonly long[] _entered;
    private readonly long[] _burst;
    private readonly bool _small;

    /// <param name="jobs">How many jobs there are; all may take part.</param>
    /// <param name="small">Whether no time of the run is above 31 bits, so that products fit in 64.</param>
    public RatioTournament(int jobs, bool small)
    {
        _leaves = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)jobs);
        _winner = new int[2 * _leaves];
        _validUntil = new long[2 * _leaves];
        Array.Fill(_winner, None);
        Array.Fill(_validUntil, long.MaxValue);
        _entered = new long[jobs];
        _burst = new long[jobs];
        _small = small;
    }

    public void Add(int job, long burst, long now)
    {
        _entered[job] = now;
        _burst[job] = burst;
        Set(job, job, now);
    }

    public int Take(long now)
    {
        Refresh(1, now);
        int job = _winner[1];
        Set(job, None, now);
        return job;
    }

    private void Set(int job, int winner, long now)
    {
        int node = _leaves + job;
        _winner[node] = winner;
        while ((node >>= 1) > 0)
        {
            Play(node, now);
        }
    }

    // Plays the matches again of which the result may have changed.
    private void Refresh(int node, long now)
    {
        if (_validUntil[node] < now)
        {
            Refresh(2 * node, now);
            Refresh((2 * node) + 1, now);
            Play(node, now);
        }
    }

    // A child whose result is out of date stays so, and its time keeps the parents out of date as well, until Refresh comes.
    private void Play(int node, long now)
    {
        int a = _winner[2 * node], b = _winner[(2 * node) + 1];
        long until = Math.Min(_validUntil[2 * node], _validUntil[(2 * node) + 1]);
        if (a == None || b == None)
        {
            _winner[node] = a == None ? b : a;
        }
        else
        {
            (int winner, int loser) = IsAhead(b, a, now) ? (b, a) : (a, b);
            _winner[node] = winner;
            // Only who has the shorter burst gains on the other.
            until = _burst[loser] < _burst[winner] ? Math.Min(until, LastAhead(winner, loser)) : until;
        }
        _validUntil[node] = until;
    }

    // At the same ratio who entered first is ahead, then who stands first in the list.
    private bool IsAhead(int a, int b, long now)
    {
        int order = _small
            ? ((now - _entered[a]) * _burst[b]).CompareTo((now - _entered[b]) * _burst[a])
            : ((Int128)(now - _entered[a]) * _burst[b]).CompareTo((Int128)(now - _entered[b]) * _burst[a]);
        return order > 0 || (order == 0 && IsOlder(a, b));
    }

    private bool IsOlder(int a, int b) => _entered[a] < _entered[b] || (_entered[a] == _entered[b] && a < b);

    // The last whole moment at which the winner is still ahead of a loser with a shorter burst.
    private long LastAhead(int winner, int loser)
    {
        long gain = _burst[winner] - _burst[loser];
        long meet;
        bool exact;
        if (_small)
        {
            long over = (_entered[loser] * _burst[winner]) - (_entered[winner] * _burst[loser]);
            (meet, long rest) = Math.DivRem(over, gain);
            exact = rest == 0;
        }
        else
        {
            Int128 over = ((Int128)_entered[loser] * _burst[winner]) - ((Int128)_entered[winner] * _burst[loser]);
            (Int128 quotient, Int128 rest) = Int128.DivRem(over, gain);
            (meet, exact) = ((long)Int128.Min(quotient, long.MaxValue), rest == 0);
        }
        return exact && !IsOlder(winner, loser) ? meet - 1 : meet;
    }
}
