using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>
/// Turns the times of an input into whole ticks and back, exactly: a tick is the last decimal place that any of them uses.
/// So 0.1 and 0.2 are 1 and 2, and their sum is 3.
/// </summary>
internal sealed class TickScale
{
    // A long holds no more.
    private const int MostDecimals = 18;
    private const double ExactIntegers = 1L << 53;

    private int _decimals;
    private decimal _ticksPerUnit = 1;

    /// <summary>Makes sure that the time is a whole number of ticks. It must be finite.</summary>
    /// <param name="time">The time.</param>
    /// <param name="what">What it is, for the message of an error.</param>
    /// <param name="job">Whose it is, for the same; null for nobody's.</param>
    public void Include(double time, string what, string? job = null)
    {
        if (IsWhole(time))
        {
            return;
        }
        int decimals = ToDecimal(time, what, job).Scale;
        while (_decimals < decimals)
        {
            _decimals++;
            _ticksPerUnit *= 10;
        }
    }

    public long ToTicks(double time, string what, string? job = null)
    {
        try
        {
            return (long)(ToDecimal(time, what, job) * _ticksPerUnit);
        }
        catch (OverflowException e)
        {
            throw TooLarge(what, job, time, e);
        }
    }

    public double ToTime(Int128 ticks) => (double)ticks / (double)_ticksPerUnit;

    /// <summary>The mean of so many values of which the sum is given.</summary>
    public double ToMean(Int128 ticks, long count) => (double)ticks / ((double)_ticksPerUnit * count);

    public string Format(Int128 ticks)
    {
        (Int128 whole, Int128 rest) = Int128.DivRem(ticks, (Int128)_ticksPerUnit);
        string places = rest.ToString(CultureInfo.InvariantCulture).PadLeft(_decimals, '0').TrimEnd('0');
        return rest == 0 ? whole.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{whole}.{places}");
    }

    public static NetException TooLarge(string what, string? job, double time, Exception? inner = null) =>
        new(NetError.SimulationOverflow, $"{what}{(job is null ? "" : $" of job {job}")} ({FormattableString.Invariant($"{time}")}) can't be counted exactly together with the other times: from the largest to the last decimal place they need more than 18 digits. Round the times, or use a larger unit.", time, inner);

    private static bool IsWhole(double time) => time == Math.Truncate(time) && Math.Abs(time) < ExactIntegers;

    private static decimal ToDecimal(double time, string what, string? job)
    {
        if (IsWhole(time))
        {
            return (long)time;
        }
        // To 15 digits, which is what a double shows; 0.1 + 0.2 is 0.3.
        decimal value = Math.Abs(time) < (double)decimal.MaxValue ? (decimal)time : throw TooLarge(what, job, time);
        return value != 0 && value.Scale <= MostDecimals ? value : throw TooLarge(what, job, time);
    }
}
