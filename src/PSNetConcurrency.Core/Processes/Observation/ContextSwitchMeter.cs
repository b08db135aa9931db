using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>Counts how often processes leave their processors, over all their threads.</summary>
internal static class ContextSwitchMeter
{
    // The kernel forgets the counts of a thread that ends; what it did up to the last sample is kept.
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>One result a process, when the time is up or all have ended.</summary>
    /// <exception cref="NetException">NotSupportedHere.</exception>
    public static Task<ContextSwitchResult[]> MeasureAsync(IReadOnlyList<ProcessRecord> processes, TimeSpan duration, CancellationToken stop) =>
        OperatingSystem.IsLinux() ? MeasureOnLinuxAsync(processes, duration, stop)
            : throw new NetException(NetError.NotSupportedHere, "Voluntary and involuntary context switches of another process are told apart by Linux only. Windows and macOS count them together; Get-ProcessState shows the sum on Windows.");

    [SupportedOSPlatform("linux")]
    private static async Task<ContextSwitchResult[]> MeasureOnLinuxAsync(IReadOnlyList<ProcessRecord> processes, TimeSpan duration, CancellationToken stop)
    {
        Account[] accounts = [.. processes.Select(p => new Account(p))];
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = duration - Stopwatch.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || accounts.All(a => a.HasEnded))
            {
                break;
            }
            await Task.Delay(left < SampleInterval ? left : SampleInterval, stop).ConfigureAwait(false);
            foreach (Account account in accounts)
            {
                account.Sample();
            }
        }
        return [.. accounts.Select(a => a.Result())];
    }

    /// <summary>What the counts say. A process that hardly waits by itself is CPU-bound; one that is hardly ever taken off is I/O-bound.</summary>
    internal static string Interpret(long voluntary, long involuntary, TimeSpan run, TimeSpan elapsed)
    {
        double share = elapsed > TimeSpan.Zero ? run / elapsed : 0;
        string used = string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} % of a processor");
        long all = voluntary + involuntary;
        return (all, (double)voluntary / Math.Max(1, all)) switch
        {
            (0, _) when share < .01 => "Blocked the whole time: it neither ran nor wanted to.",
            (0, _) => $"Ran undisturbed ({used}): it never waited, and nobody else wanted its processor.",
            (_, >= .9) when share < .5 => $"I/O-bound ({used}): it gave up the processor by itself, to wait for input, output, a lock or a time.",
            (_, >= .9) => $"Busy, with many short waits ({used}): it gave up the processor by itself and had it back soon.",
            (_, <= .1) => $"CPU-bound ({used}): it was taken off the processor, its slice used up or another going first; others want that processor too.",
            (_, >= .5) => $"Mixed, rather I/O-bound ({used}): most often it gave up the processor by itself, at times it was taken off.",
            _ => $"Mixed, rather CPU-bound ({used}): most often it was taken off the processor, at times it gave it up to wait.",
        };
    }

    /// <summary>One process: the counts of each thread at its first and its last sample.</summary>
    [SupportedOSPlatform("linux")]
    private sealed class Account
    {
        private readonly ProcessRecord _process;
        private readonly string _folder;
        private readonly Dictionary<int, (ThreadSample First, ThreadSample Last)> _threads = [];
        private readonly long _began = Stopwatch.GetTimestamp();
        private TimeSpan _elapsed;

        public Account(ProcessRecord process)
        {
            _process = process;
            _folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.ProcessId}/task");
            Sample(isFirst: true);
        }

        public bool HasEnded { get; private set; }

        public void Sample() => Sample(isFirst: false);

        public ContextSwitchResult Result()
        {
            long Sum(Func<ThreadSample, long> value) => _threads.Values.Sum(t => value(t.Last) - value(t.First));
            long voluntary = Sum(t => t.Voluntary), involuntary = Sum(t => t.Involuntary);
            TimeSpan run = TimeSpan.FromTicks(Sum(t => t.RunNanoseconds) / TimeSpan.NanosecondsPerTick);
            return new ContextSwitchResult
            {
                ProcessId = _process.ProcessId,
                Name = _process.Name,
                Voluntary = voluntary,
                Involuntary = involuntary,
                PerSecond = _elapsed > TimeSpan.Zero ? (voluntary + involuntary) / _elapsed.TotalSeconds : 0,
                RunTime = run,
                ReadyTime = _threads.Values.Any(t => t.Last.Arrivals is null) ? null : TimeSpan.FromTicks(Sum(t => t.ReadyNanoseconds) / TimeSpan.NanosecondsPerTick),
                ThreadCount = _threads.Count,
                Elapsed = _elapsed,
                HasEnded = HasEnded,
                Interpretation = Interpret(voluntary, involuntary, run, _elapsed),
            };
        }

        private void Sample(bool isFirst)
        {
            if (HasEnded)
            {
                return;
            }
            _elapsed = Stopwatch.GetElapsedTime(_began);
            if (!ProcessTable.IsAlive(_process))
            {
                HasEnded = true;
                return;
            }
            foreach (int id in ProcFile.Numbers(_folder))
            {
                if (ThreadSample.Read(_process.ProcessId, id) is not { } sample)
                {
                    continue;
                }
                // All that a thread did which was not there at first, it did in this time.
                bool isNew = !_threads.TryGetValue(id, out (ThreadSample First, ThreadSample Last) known);
                _threads[id] = (!isNew ? known.First : isFirst ? sample : new ThreadSample(id, sample.Native, 0, 0, 0, 0, 0), sample);
            }
        }
    }
}
