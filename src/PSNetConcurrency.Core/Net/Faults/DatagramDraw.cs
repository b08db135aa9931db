namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>What was drawn for a datagram.</summary>
/// <param name="Number">Its number in its direction, 1 for the first.</param>
/// <param name="Faults">Its faults.</param>
/// <param name="Length">How much of it is left.</param>
/// <param name="Bit">The bit to change, -1 for none.</param>
/// <param name="Jitter">Which part of the jitter it gets, 0 up to 1.</param>
/// <param name="CopyJitter">Which part of it the copy gets.</param>
internal readonly record struct DatagramFate(long Number, DatagramFaults Faults, int Length, int Bit, double Jitter, double CopyJitter)
{
    public bool Has(DatagramFaults fault) => (Faults & fault) != 0;
}

/// <summary>
/// Draws the faults of one direction of a client. Each datagram has numbers of its own in the generator's sequence, one a
/// purpose, so that what is drawn depends on the seed, the client, the direction and the number of the datagram only: never
/// on time, nor on which other faults there are.
/// </summary>
internal struct DatagramDraw(long seed, long client, FaultDirection direction)
{
    // These numbers, and the purposes, must never change: a seed that someone has noted would lose its meaning.
    private const int PerDatagram = 16, Purpose = 2;

    private readonly RepeatableRandom _random = FaultSeed.For(seed, client, direction, Purpose);
    private long _count;
    private bool _losing;

    private enum Draw
    {
        Loss,
        Duplicate,
        Reorder,
        Corrupt,
        CorruptBit,
        Truncate,
        TruncateLength,
        Jitter,
        CopyJitter,
    }

    public DatagramFate Next(NetFault fault, int length)
    {
        _count++;
        if (Loses(fault))
        {
            return new DatagramFate(_count, DatagramFaults.Lost, length, -1, 0, 0);
        }
        DatagramFaults faults = DatagramFaults.None;
        int bit = -1;
        // What is left is never empty, and never all of it.
        if (length > 1 && Hits(fault.TruncateRate, Draw.Truncate))
        {
            faults |= DatagramFaults.Truncated;
            length = 1 + (int)(Number(Draw.TruncateLength) * (length - 1));
        }
        if (length > 0 && Hits(fault.CorruptRate, Draw.Corrupt))
        {
            faults |= DatagramFaults.Corrupted;
            bit = (int)(Number(Draw.CorruptBit) * (8 * length));
        }
        if (Hits(fault.DuplicateRate, Draw.Duplicate))
        {
            faults |= DatagramFaults.Duplicated;
        }
        if (Hits(fault.ReorderRate, Draw.Reorder))
        {
            faults |= DatagramFaults.Reordered;
        }
        bool jitters = fault.JitterMilliseconds > 0;
        return new DatagramFate(_count, faults, length, bit, jitters ? Number(Draw.Jitter) : 0, jitters ? Number(Draw.CopyJitter) : 0);
    }

    // Gilbert's model: a good state that loses nothing and a bad one that loses everything. Its mean stay in the bad one is
    // the length of a burst; the way into it is as rare as the rate demands.
    private bool Loses(NetFault fault)
    {
        double rate = fault.LossRate;
        if (rate == 0)
        {
            return _losing = false;
        }
        double draw = Number(Draw.Loss);
        if (fault.LossBurstLength is not { } length || rate == 1 || _count == 1)
        {
            return _losing = draw < rate;
        }
        double leave = 1 / length, enter = rate * leave / (1 - rate);
        return _losing = _losing ? draw >= leave : draw < enter;
    }

    private readonly bool Hits(double rate, Draw purpose) => rate > 0 && Number(purpose) < rate;

    private readonly double Number(Draw purpose) => _random.After((_count * PerDatagram) + (int)purpose).NextDouble();
}
