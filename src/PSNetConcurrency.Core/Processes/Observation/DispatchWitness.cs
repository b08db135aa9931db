namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>
/// Tells whether a runnable thread of Linux is on a processor (Running) or waits for one (Ready), which the letter R does not.
/// </summary>
/// <remarks>
/// The kernel counts how often a thread arrives on a processor (schedstat) and how often it leaves one (the context switches of
/// status). One that is on a processor has arrived once more than it has left. The kernel misses an arrival now and then, so the
/// difference of a thread that is off the processor, 0 at first, goes down in the course of its life; it is learned whenever the
/// thread is seen blocked. Where it is not known and the difference leaves both possible, the thread is looked at again until a count
/// or its processor time tells. Without the arrivals (a kernel without CONFIG_SCHED_INFO) every runnable thread is called Running.
/// </remarks>
internal sealed class DispatchWitness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    // Two ticks of the slowest usual kernel (100 Hz): a thread on a processor has been charged for it by then.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(25);

    private long _off;
    private bool _isKnown;

    /// <param name="first">The thread now.</param>
    /// <param name="read">Looks at it again; null where it is gone.</param>
    /// <param name="stop">Ends it.</param>
    public async ValueTask<ProcessState> JudgeAsync(ThreadSample first, Func<ThreadSample?> read, CancellationToken stop)
    {
        if (!first.IsRunnable)
        {
            Learn(first);
            return first.Native switch
            {
                'T' or 't' => ProcessState.Stopped,
                'Z' or 'X' => ProcessState.Zombie,
                _ => ProcessState.Blocked,
            };
        }
        if (first.Arrivals is null)
        {
            return ProcessState.Running;
        }
        long began = Environment.TickCount64;
        while (Decide(first) is not { } state)
        {
            await Task.Delay(Pause, stop).ConfigureAwait(false);
            if (read() is not { Arrivals: not null, HasEnded: false } next)
            {
                return ProcessState.Ready;
            }
            Compare(ref first, next, Environment.TickCount64 - began > Longest.TotalMilliseconds);
        }
        return Decide(first)!.Value;
    }

    private static long Difference(ThreadSample sample) => sample.Arrivals!.Value - sample.Departures;

    private ProcessState? Decide(ThreadSample sample)
    {
        long difference = Difference(sample);
        // A difference of 1 is that of a thread that no arrival was missed of.
        return difference > 0 || (_isKnown && difference > _off) ? ProcessState.Running : _isKnown ? ProcessState.Ready : null;
    }

    // It only goes down; a thread that is about to leave the processor still has one more.
    private void Learn(ThreadSample sample)
    {
        if (sample.Arrivals is not null && !sample.HasEnded)
        {
            _off = _isKnown ? Math.Min(_off, Difference(sample)) : Math.Min(0, Difference(sample));
            _isKnown = true;
        }
    }

    private void Compare(ref ThreadSample first, ThreadSample next, bool isLast)
    {
        bool arrived = next.Arrivals != first.Arrivals, left = next.Departures != first.Departures;
        if (!next.IsRunnable)
        {
            Learn(next);
        }
        else if (arrived && left)
        {
            // It came and went: nothing is to be told of the first look. Take this one.
            first = next;
            if (isLast)
            {
                Know(Difference(first));
            }
        }
        else if (left || (!arrived && next.RunNanoseconds > first.RunNanoseconds))
        {
            Know(Difference(first) - 1);
        }
        else if (arrived || isLast)
        {
            Know(Difference(first));
        }
    }

    private void Know(long off)
    {
        _off = off;
        _isKnown = true;
    }
}
