using System.Diagnostics;

namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>Starts processes and joins them, in one way or another, and keeps the times.</summary>
internal sealed class JoinMeasurement(IReadOnlyList<Func<ChildProcess>> starts, int poolSize, CancellationToken stop)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly List<Entry> _joined = [];

    private sealed record Entry(ChildProcess Child, double Start, double End);

    /// <summary>The processes, in the order in which they were joined.</summary>
    public IEnumerable<ChildProcess> Joined => _joined.Select(e => e.Child);

    public static async Task<(JoinResult Result, IEnumerable<ChildProcess> Children)> RunAsync(JoinStrategy strategy, IReadOnlyList<Func<ChildProcess>> starts, int poolSize, CancellationToken stop)
    {
        JoinMeasurement measurement = new(starts, poolSize, stop);
        await (strategy switch
        {
            JoinStrategy.Serial => measurement.AtMostAsync(1),
            JoinStrategy.Parallel => measurement.InOrderAsync(),
            JoinStrategy.AsCompleted => measurement.AtMostAsync(int.MaxValue),
            _ => measurement.AtMostAsync(measurement._poolSize),
        }).ConfigureAwait(false);
        return (measurement.Result(strategy), measurement.Joined);
    }

    private readonly int _poolSize = poolSize;

    private double Now => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    private async Task InOrderAsync()
    {
        List<Task<Entry>> running = [];
        try
        {
            foreach (Func<ChildProcess> start in starts)
            {
                running.Add(RunAsync(start));
            }
            foreach (Task<Entry> one in running)
            {
                _joined.Add(await one.ConfigureAwait(false));
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AtMostAsync(int limit)
    {
        List<Task<Entry>> running = [];
        try
        {
            foreach (Func<ChildProcess> start in starts)
            {
                if (running.Count >= limit)
                {
                    await JoinOneAsync(running).ConfigureAwait(false);
                }
                running.Add(RunAsync(start));
            }
            while (running.Count > 0)
            {
                await JoinOneAsync(running).ConfigureAwait(false);
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task JoinOneAsync(List<Task<Entry>> running)
    {
        Task<Entry> ended = await Task.WhenAny(running).ConfigureAwait(false);
        running.Remove(ended);
        _joined.Add(await ended.ConfigureAwait(false));
    }

    private async Task<Entry> RunAsync(Func<ChildProcess> start)
    {
        double began = Now;
        ChildProcess child = start();
        try
        {
            await child.WaitAsync(null, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await child.StopAsync(TimeSpan.Zero, includeDescendants: true).ConfigureAwait(false);
            throw;
        }
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
