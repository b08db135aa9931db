using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>Waits for an instant of this machine's clock, or of time servers'.</summary>
internal sealed class ClockWaiter(Func<CancellationToken, Task<ClockOffset>>? measure)
{
    // A clock that is set meanwhile is noticed within this time.
    private static readonly TimeSpan Nap = TimeSpan.FromSeconds(1);

    private static readonly long StepTicks = 10 * TimeSpan.TicksPerMillisecond;

    private ClockOffset? _measured;
    private SteadyClock _reference;
    private TimeSpan _took;

    /// <summary>Clocks wander: so long before the instant the servers are asked again, which takes a few seconds where they are public.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is left, for progress.</summary>
    public TimeSpan Left { get; private set; }

    /// <summary>Whether the instant was over when the wait was asked for. Measuring, and what is done for the first time, take their time too.</summary>
    public bool WasOver { get; private set; }

    /// <exception cref="NetException">The servers can't be used; or the instant is further away than <paramref name="longest"/> (<see cref="NetError.TimedOut"/>).</exception>
    public async Task<ClockWait> WaitAsync(DateTimeOffset target, TimeSpan? longest, CancellationToken stop)
    {
        long called = Stopwatch.GetTimestamp();
        PreciseWait.WarmUp();
        await MeasureAsync(stop).ConfigureAwait(false);
        WasOver = LeftUntil(target) + Stopwatch.GetElapsedTime(called) < TimeSpan.Zero;
        if (LeftUntil(target) > longest)
        {
            throw new NetException(NetError.TimedOut, string.Create(CultureInfo.InvariantCulture, $"{target:yyyy-MM-dd HH:mm:ss.fff zzz} is {Left:c} away, and {longest.Value.TotalSeconds} s may be waited."), target);
        }
        long began = Stopwatch.GetTimestamp();
        bool asked = Left < AskAgain;
        while (LeftUntil(target) > PreciseWait.Handover)
        {
            TimeSpan left = LeftUntil(target) - PreciseWait.Handover;
            await Task.Delay(left < Nap ? left : Nap, stop).ConfigureAwait(false);
            if (measure is not null && ((!asked && LeftUntil(target) < AskAgain) || WasSet()))
            {
                asked = true;
                await MeasureAgainAsync(LeftUntil(target) - PreciseWait.Handover, stop).ConfigureAwait(false);
            }
        }
        stop.ThrowIfCancellationRequested();
        // It holds the thread, so not one that others wait for.
        long reached = await Task.Run(() =>
        {
            PreciseWait.Until(() => target.UtcTicks - Now);
            return Now;
        }, CancellationToken.None).ConfigureAwait(false);
        return new ClockWait
        {
            Target = target,
            Reached = new DateTimeOffset(reached, TimeSpan.Zero).ToOffset(target.Offset),
            Waited = Stopwatch.GetElapsedTime(began),
            Measurement = _measured,
        };
    }

    // Where this machine's clock is the standard itself, setting it counts.
    private long Now => measure is null ? DateTime.UtcNow.Ticks : _reference.Now;

    private bool WasSet() => Math.Abs(DateTime.UtcNow.Ticks + _measured!.Offset.Ticks - _reference.Now) > StepTicks;

    private TimeSpan LeftUntil(DateTimeOffset target) => Left = TimeSpan.FromTicks(target.UtcTicks - Now);

    // Where that fails, or would be over too late, what was measured before holds on, by elapsed time.
    private async Task MeasureAgainAsync(TimeSpan limit, CancellationToken stop)
    {
        if (limit <= _took)
        {
            return;
        }
        using CancellationTokenSource end = Deadline.Start(limit, stop);
        try
        {
            await MeasureAsync(end.Token).ConfigureAwait(false);
        }
        catch (NetException)
        {
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
        }
    }

    private async Task MeasureAsync(CancellationToken stop)
    {
        if (measure is not null)
        {
            long began = Stopwatch.GetTimestamp();
            Task<ClockOffset> measuring = measure(stop);
            // Some of what it does, such as looking up a name, may not heed the stop at once.
            measuring.Forget();
            ClockOffset measured = await measuring.WaitAsync(stop).ConfigureAwait(false);
            (_measured, _reference, _took) = (measured, SteadyClock.Local(measured.Offset.Ticks), Stopwatch.GetElapsedTime(began));
        }
    }
}
