namespace PSNetConcurrency.Core.Scheduling.Structures;

/// <summary>The tickets of jobs in the order of the jobs: who holds the n-th is found, and a job comes or goes, in the logarithm of their number (Fenwick's tree).</summary>
internal sealed class TicketTree(int jobs)
{
    private readonly long[] _sums = new long[jobs + 1];
    private readonly int _top = (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)jobs + 1) >> 1);

    public long Total { get; private set; }

    public void Add(int job, long tickets)
    {
        Total += tickets;
        for (int i = job + 1; i < _sums.Length; i += i & -i)
        {
            _sums[i] += tickets;
        }
    }

    /// <summary>The job that holds the ticket; tickets count from 0.</summary>
    public int Find(long ticket)
    {
        int at = 0;
        for (int step = _top; step > 0; step >>= 1)
        {
            if (at + step < _sums.Length && _sums[at + step] <= ticket)
            {
                at += step;
                ticket -= _sums[at];
            }
        }
        return at;
    }
}
