namespace PSNetConcurrency;

/// <summary>A range of offsets, ends included.</summary>
/// <param name="Lower">The least.</param>
/// <param name="Upper">The most; not below <paramref name="Lower"/>.</param>
public sealed record OffsetInterval(TimeSpan Lower, TimeSpan Upper)
{
    public TimeSpan Width => Upper - Lower;

    public TimeSpan Middle => TimeSpan.FromTicks(Lower.Ticks + (Width.Ticks / 2));

    /// <summary>Whether the offset lies in it.</summary>
    public bool Contains(TimeSpan offset) => Lower <= offset && offset <= Upper;

    /// <summary>Whether the two have an offset in common.</summary>
    public bool Overlaps(OffsetInterval other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Lower <= other.Upper && other.Lower <= Upper;
    }

    public override string ToString() => $"{TimeWords.WithSign(Lower)} .. {TimeWords.WithSign(Upper)}";
}
