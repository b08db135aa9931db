namespace PSNetConcurrency.Core.Scheduling.Structures;

/// <summary>A time for each of a fixed number of slots; the least of all is at hand, and a change costs the logarithm.</summary>
internal sealed class MinTree
{
    private readonly int _leaves;
    private readonly long[] _least;

    public MinTree(int slots)
    {
        _leaves = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)slots);
        _least = new long[2 * _leaves];
        Array.Fill(_least, long.MaxValue);
    }

    /// <summary>The least of all; long.MaxValue where no slot is set.</summary>
    public long Least => _least[1];

    public void Set(int slot, long time)
    {
        int node = _leaves + slot;
        _least[node] = time;
        while ((node >>= 1) > 0)
        {
            _least[node] = Math.Min(_least[2 * node], _least[(2 * node) + 1]);
        }
    }

    /// <summary>The first slot that has the least time.</summary>
    public int Slot()
    {
        int node = 1;
        while (node < _leaves)
        {
            node = _least[2 * node] == _least[node] ? 2 * node : (2 * node) + 1;
        }
        return node - _leaves;
    }
}
