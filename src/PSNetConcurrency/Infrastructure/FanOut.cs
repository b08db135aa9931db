using System.Threading.Channels;

namespace PSNetConcurrency.Infrastructure;

/// <summary>
/// Runs work for many items at once, a limited number at a time, and hands the results to the pipeline as they come.
/// Used on the pipeline thread, where the results are written too.
/// </summary>
internal sealed class FanOut<T>(int limit, Action<T> write, CancellationToken stop)
{
    private readonly Channel<(T Result, bool IsLast)> _results = Channel.CreateUnbounded<(T, bool)>();
    private int _running;

    /// <summary>Starts work for one item; first waits, writing results, while the limit is reached.</summary>
    public async Task AddAsync(Func<CancellationToken, Task<T>> work)
    {
        while (_running >= limit)
        {
            await TakeAsync();
        }
        while (_results.Reader.TryRead(out (T, bool) ready))
        {
            Take(ready);
        }
        _running++;
        _ = RunAsync(work);
    }

    /// <summary>A result of work that goes on; from any thread.</summary>
    public void Report(T result) => _results.Writer.TryWrite((result, false));

    /// <summary>Writes the results of everything that still runs.</summary>
    public async Task CompleteAsync()
    {
        while (_running > 0)
        {
            await TakeAsync();
        }
    }

    private async Task TakeAsync() => Take(await _results.Reader.ReadAsync(stop));

    private void Take((T Result, bool IsLast) taken)
    {
        if (taken.IsLast)
        {
            _running--;
        }
        write(taken.Result);
    }

    private async Task RunAsync(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            _results.Writer.TryWrite((await work(stop).ConfigureAwait(false), true));
        }
        catch (Exception e)
        {
            // The reader throws it on the pipeline thread.
            _results.Writer.TryComplete(e);
        }
    }
}
