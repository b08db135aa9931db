using System.Diagnostics;
using System.Globalization;

namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>What the spans of several workers say when they are laid over each other.</summary>
/// <param name="MaxSimultaneous">The most that ran at one moment.</param>
/// <param name="Ticks">For how long more than one ran.</param>
internal readonly record struct Overlap(int MaxSimultaneous, long Ticks)
{
    // What two clocks read a moment apart may pretend; a switch of processes takes a thousandth of it.
    private static readonly long Tolerance = Stopwatch.Frequency / 100;

    // A worker that computes looks at the clock without a pause, and takes less than half of this for one. So two that take
    // turns may seem to run together for as long.
    private static readonly long ClockResolution = Stopwatch.Frequency / 5000;

    /// <summary>Sweeps over all beginnings and ends. A span that ends when another begins does not overlap it; what lasts no longer than <paramref name="resolution"/> does not count.</summary>
    public static Overlap Of(IReadOnlyList<WorkerTrace> workers, long resolution = 0)
    {
        List<(long At, int Change)> edges = [];
        foreach (WorkerTrace worker in workers)
        {
            for (int i = 0; i + 1 < worker.Spans.Length; i += 2)
            {
                if (worker.Spans[i + 1] > worker.Spans[i])
                {
                    edges.Add((worker.Spans[i], 1));
                    edges.Add((worker.Spans[i + 1], -1));
                }
            }
        }
        edges.Sort();
        int running = 0, most = 0;
        long since = 0, shared = 0;
        foreach ((long at, int change) in edges)
        {
            if (at - since > resolution)
            {
                shared += running > 1 ? at - since : 0;
                most = Math.Max(most, running);
            }
            since = at;
            running += change;
        }
        return new Overlap(most, shared);
    }

    /// <summary>What it means: several at one moment, in turns, or one after another.</summary>
    public ParallelismVerdict Judge(IReadOnlyList<WorkerTrace> workers)
    {
        if (Ticks > Tolerance)
        {
            return ParallelismVerdict.Parallel;
        }
        WorkerTrace[] ordered = workers.OrderBy(w => w.Begin).ToArray();
        for (int i = 1; i < ordered.Length; i++)
        {
            if (ordered[i].Begin < ordered[i - 1].End - Tolerance)
            {
                return ParallelismVerdict.Concurrent;
            }
        }
        return ParallelismVerdict.Serial;
    }

    /// <summary>Makes the result, with its explanation in words.</summary>
    public static ParallelismResult Explain(ParallelismMode mode, ParallelismWorkload workload, int processors, TimeSpan elapsed, long began, IReadOnlyList<WorkerTrace> workers)
    {
        Overlap overlap = Of(workers, workload == ParallelismWorkload.Cpu ? ClockResolution : 0);
        double seconds = (double)overlap.Ticks / Stopwatch.Frequency;
        ParallelismVerdict verdict = overlap.Judge(workers);
        // Waiting is not carried out by a processor: waits that overlap prove concurrency, and no more.
        if (verdict == ParallelismVerdict.Parallel && (workload == ParallelismWorkload.Io || (workload == ParallelismWorkload.ScriptBlock && processors == 1)))
        {
            verdict = ParallelismVerdict.Concurrent;
        }
        string share = seconds.ToString("0.##", CultureInfo.InvariantCulture);
        string cores = processors == 1 ? "one processor" : $"{processors} processors";
        string explanation = (verdict, workload) switch
        {
            (ParallelismVerdict.Parallel, ParallelismWorkload.Cpu) => $"Parallel: {overlap.MaxSimultaneous} workers had a processor at the same moment, for {share} s in all.",
            (ParallelismVerdict.Parallel, _) => $"{overlap.MaxSimultaneous} workers were under way at the same moment, for {share} s, on {cores}; whether they computed or waited is not seen.",
            (ParallelismVerdict.Concurrent, ParallelismWorkload.Io) => $"Concurrent: {overlap.MaxSimultaneous} waits overlapped, for {share} s. Waiting needs no processor, so one is enough for it.",
            (ParallelismVerdict.Concurrent, ParallelismWorkload.Cpu) => $"Concurrent, not parallel: all were under way at once and took turns on {cores}; at no moment did two of them have one.",
            (ParallelismVerdict.Concurrent, _) => $"Concurrent: all were under way at once on {cores}.",
            _ => "Serial: one was finished before the next began.",
        };
        double Second(long tick) => (double)(tick - began) / Stopwatch.Frequency;
        return new ParallelismResult
        {
            Mode = mode,
            Workload = workload,
            WorkerCount = workers.Count,
            ProcessorCount = processors,
            Elapsed = elapsed,
            SumOfWork = TimeSpan.FromSeconds((double)workers.Sum(w => w.Total) / Stopwatch.Frequency),
            MaxSimultaneous = overlap.MaxSimultaneous,
            OverlapSeconds = seconds,
            Verdict = verdict,
            Explanation = explanation,
            Gantt = workers.SelectMany(w => Enumerable.Range(0, w.Spans.Length / 2).Select(i => new GanttSegment(w.Name, w.Name, Second(w.Spans[2 * i]), Second(w.Spans[(2 * i) + 1])))).ToArray(),
        };
    }
}
