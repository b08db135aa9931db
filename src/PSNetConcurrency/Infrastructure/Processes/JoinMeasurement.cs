using System.Diagnostics;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Starts processes and joins them, in one way or another, and keeps the times. Used on the pipeline thread, which starts them.</summary>
internal sealed class JoinMeasurement
{
    private readonly IReadOnlyList<Func<ChildProcess>> _starts;
    private readonly CancellationToken _stop;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly List<Task<Entry>> _running = [];
    private readonly List<Entry> _joined = [];

    private JoinMeasurement(IReadOnlyList<Func<ChildProcess>> starts, CancellationToken stop) => (_starts, _stop) = (starts, stop);

    private sealed record Entry(ChildProcess Child, double Start, double End);

    private double Now => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Runs all; the processes come in the order in which they were joined. On a stop none is left.</summary>
    public static async Task<(JoinResult Result, IReadOnlyList<ChildProcess> Children)> RunAsync(JoinStrategy strategy, IReadOnlyList<Func<ChildProcess>> starts, int poolSize, CancellationToken stop)
    {
        JoinMeasurement measurement = new(starts, stop);
        try
        {
            await (strategy switch
            {
                JoinStrategy.Serial => measurement.AtMostAsync(1),
                JoinStrategy.Parallel => measurement.InOrderAsync(),
                JoinStrategy.AsCompleted => measurement.AtMostAsync(int.MaxValue),
                _ => measurement.AtMostAsync(poolSize),
            });
        }
        finally
        {
            await ((Task)Task.WhenAll(measurement._running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
        return (measurement.Result(strategy), measurement._joined.Select(e => e.Child).ToArray());
    }

    private async Task InOrderAsync()
    {
        foreach (Func<ChildProcess> start in _starts)
        {
            _running.Add(RunAsync(start));
        }
        foreach (Task<Entry> one in _running)
        {
            _joined.Add(await one);
        }
    }

    private async Task AtMostAsync(int limit)
    {
        foreach (Func<ChildProcess> start in _starts)
        {
            if (_running.Count >= limit)
            {
                await JoinOneAsync();
            }
            _running.Add(RunAsync(start));
        }
        while (_running.Count > 0)
        {
            await JoinOneAsync();
        }
    }

    private async Task JoinOneAsync()
    {
        Task<Entry> ended = await Task.WhenAny(_running);
        _running.Remove(ended);
        _joined.Add(await ended);
    }

    private async Task<Entry> RunAsync(Func<ChildProcess> start)
    {
        double began = Now;
        ChildProcess child = start();
        await ScriptCall.JoinAsync(child, _stop);
        return new Entry(child, began, Now);
    }

    private JoinResult Result(JoinStrategy strategy)
    {
        double[] work = _joined.Select(e => e.End - e.Start).ToArray();
        return new JoinResult(
            strategy,
            TimeSpan.FromSeconds(Now),
            TimeSpan.FromSeconds(work.Sum()),
            TimeSpan.FromSeconds(work.DefaultIfEmpty().Max()),
            _joined.Select(e => e.Child.Name).ToArray(),
            _joined.OrderBy(e => e.Start).Select(e => new GanttSegment(e.Child.Name, e.Child.Name, e.Start, e.End)).ToArray());
    }
}
