namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>
/// Chooses the bytes of a stream to change by drawing the distance from one to the next: the choice depends on the
/// generator and the offset in the stream only, never on how the stream is cut or when it comes.
/// </summary>
internal struct Corruptor(RepeatableRandom random)
{
    private RepeatableRandom _random = random;
    private double _rate;

    /// <summary>The offset of the next byte to change; long.MaxValue for none.</summary>
    public long Next { get; private set; } = long.MaxValue;

    /// <summary>Takes another rate for the bytes from <paramref name="offset"/> on. The same rate changes nothing.</summary>
    public void SetRate(double rate, long offset)
    {
        if (rate != _rate)
        {
            _rate = rate;
            Next = After(offset);
        }
    }

    /// <summary>What to combine the byte at <see cref="Next"/> with; moves on to the one after.</summary>
    public byte Take()
    {
        // 1 to 255: combined with 0 the byte would stay as it is.
        byte mask = (byte)(1 + (_random.Next() % 255));
        Next = After(Next + 1);
        return mask;
    }

    private long After(long offset)
    {
        long skip = _random.NextSkip(_rate);
        return skip > long.MaxValue - offset ? long.MaxValue : offset + skip;
    }
}
