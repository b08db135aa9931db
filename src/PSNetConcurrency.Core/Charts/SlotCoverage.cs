namespace PSNetConcurrency.Core.Charts;

/// <summary>
/// Puts the bars of a row into slots of equal length: each slot goes to the bar that reaches over it, or, where bars are shorter
/// than a slot, to the key that fills most of it. Time and memory grow with bars and slots, not with their product.
/// </summary>
internal sealed class SlotCoverage
{
    /// <summary>A slot in which nothing is.</summary>
    public const int Empty = int.MinValue;

    private readonly Dictionary<int, double> _shares = [];
    private readonly int[] _small;
    private int _slot = -1;

    private SlotCoverage(int count)
    {
        Slots = new int[count];
        _small = new int[count];
        Array.Fill(Slots, Empty);
        Array.Fill(_small, Empty);
    }

    /// <summary>The key in each slot, or <see cref="Empty"/>.</summary>
    public int[] Slots { get; }

    /// <summary>Fills slots with bars of a row, in their order. Moments are left out.</summary>
    public static int[] Of(GanttChart chart, IReadOnlyList<GanttBar> bars, int count)
    {
        SlotCoverage coverage = new(count);
        foreach (GanttBar bar in bars)
        {
            if (!chart.IsMoment(bar))
            {
                coverage.Add(chart.Axis.Place(bar.Start, count), chart.Axis.Place(bar.End, count), bar.Key);
            }
        }
        return coverage.Finish();
    }

    /// <summary>The slots that a bar from one place to another takes; none for one that is shorter than half a slot, or ends in the middle of it.</summary>
    public static (int First, int End) Span(double start, double end) => ((int)Math.Round(start, MidpointRounding.AwayFromZero), (int)Math.Round(end, MidpointRounding.AwayFromZero));

    private void Add(double start, double end, int key)
    {
        (int first, int last) = Span(start, end);
        if (last > first)
        {
            Array.Fill(Slots, key, first, Math.Min(last, Slots.Length) - first);
            return;
        }
        int slot = Math.Min(Slots.Length - 1, (int)((start + end) / 2));
        if (slot != _slot)
        {
            Close();
            _slot = slot;
        }
        _shares[key] = _shares.GetValueOrDefault(key) + end - start;
    }

    private void Close()
    {
        if (_slot < 0)
        {
            return;
        }
        double most = -1;
        foreach ((int key, double share) in _shares)
        {
            if (share > most)
            {
                (most, _small[_slot]) = (share, key);
            }
        }
        _shares.Clear();
    }

    private int[] Finish()
    {
        Close();
        for (int i = 0; i < Slots.Length; i++)
        {
            if (Slots[i] == Empty)
            {
                Slots[i] = _small[i];
            }
        }
        return Slots;
    }
}
