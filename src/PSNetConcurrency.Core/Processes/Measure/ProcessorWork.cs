using System.Diagnostics;

namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>Work of one thread that keeps a processor busy, and knows when it had one: it reads the system's monotonic clock without a pause.</summary>
/// <remarks>It makes no garbage: a collector's pauses stop all threads, and look as if others had the processor.</remarks>
public sealed class ProcessorWork
{
    // Readings that lie further apart are those before and after a time without a processor.
    private static readonly long Gap = Stopwatch.Frequency / 10000;

    // For so long it can't be stopped.
    private static readonly long Slice = Stopwatch.Frequency / 50;

    private readonly List<long> _spans = [];
    private readonly long _needed;
    private long _last;
    private long _had;

    /// <param name="seconds">How long it needs a processor.</param>
    public ProcessorWork(double seconds) => _needed = (long)(seconds * Stopwatch.Frequency);

    /// <summary>Works for a moment; false when all is done.</summary>
    public bool Continue()
    {
        if (_spans.Count == 0)
        {
            _last = Stopwatch.GetTimestamp();
            _spans.Add(_last);
        }
        long last = _last, had = _had, until = Math.Min(_needed, had + Slice);
        while (had < until)
        {
            long now = Stopwatch.GetTimestamp();
            if (now - last > Gap)
            {
                _spans.Add(last);
                _spans.Add(now);
            }
            else
            {
                had += now - last;
            }
            last = now;
        }
        (_last, _had) = (last, had);
        return had < _needed;
    }

    /// <summary>Beginning, end, beginning, end … of the times with a processor, in Stopwatch ticks.</summary>
    public long[] Spans() => [.. _spans, _last];
}
