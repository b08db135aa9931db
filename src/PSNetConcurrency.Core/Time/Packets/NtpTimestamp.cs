using System.Buffers.Binary;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// A time as NTP sends it (RFC 5905, 6): seconds since 1900 in 32 bits, which begin again in 2036 and every 136 years, and
/// their fraction in 32 more, of 233 picoseconds each. Differences are right across the eras for up to 68 years.
/// </summary>
internal readonly record struct NtpTimestamp(ulong Value)
{
    /// <summary>The bytes of one.</summary>
    public const int Length = 8;

    private const long EpochTicks = 599_266_080_000_000_000;
    private const long Half = 1L << 31;

    /// <summary>Whether it tells nothing: a packet's word for "not known".</summary>
    public bool IsZero => Value == 0;

    public static NtpTimestamp Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt64BigEndian(bytes, Value);

    /// <summary>From ticks of UTC, of any era.</summary>
    public static NtpTimestamp FromTicks(long ticks)
    {
        (long seconds, long rest) = Divide(ticks - EpochTicks);
        return new(unchecked(((ulong)seconds << 32) + (((ulong)rest << 32) + (TimeSpan.TicksPerSecond / 2)) / TimeSpan.TicksPerSecond));
    }

    /// <summary>In ticks of UTC, of the era in which it lies nearest to <paramref name="pivotTicks"/>, most often the local clock's time.</summary>
    public long ToTicks(long pivotTicks)
    {
        (long pivot, _) = Divide(pivotTicks - EpochTicks);
        int after = unchecked((int)((uint)(Value >> 32) - (uint)pivot));
        return EpochTicks + ((pivot + after) * TimeSpan.TicksPerSecond) + FractionTicks((uint)Value);
    }

    /// <summary>How long after another, in units of 2^-32 s.</summary>
    public static long operator -(NtpTimestamp left, NtpTimestamp right) => unchecked((long)(left.Value - right.Value));

    /// <summary>A difference as ticks, to the nearest.</summary>
    public static long ToTimeTicks(long units) => ((units >> 32) * TimeSpan.TicksPerSecond) + FractionTicks((uint)units);

    /// <summary>The clock's offset ((T2 - T1) + (T3 - T4)) / 2 and the path's delay (T4 - T1) - (T3 - T2), in ticks (RFC 5905, 8). The delay may be below 0.</summary>
    public static (long Offset, long Delay) Solve(NtpTimestamp t1, NtpTimestamp t2, NtpTimestamp t3, NtpTimestamp t4) =>
        (ToTimeTicks((long)(((Int128)(t2 - t1) + (t3 - t4)) >> 1)), ToTimeTicks((t4 - t1) - (t3 - t2)));

    private static long FractionTicks(uint fraction) => ((fraction * TimeSpan.TicksPerSecond) + Half) >> 32;

    private static (long Quotient, long Remainder) Divide(long ticks)
    {
        long quotient = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        return rest < 0 ? (quotient - 1, rest + TimeSpan.TicksPerSecond) : (quotient, rest);
    }
}
