using System.Threading.Channels;

namespace PSNetConcurrency.Infrastructure;

/// <summary>
/// Runs work for many items at once, a limited number at a time, and hands the results to the pipeline as they come.
/// Used on the pipeline thread; the results wait in a queue no longer than the limit.
/// </summary>
internal sealed class FanOut<T>(int limit, Action<T> write, CancellationToken stop)
{
    private readonly Channel<T> _results = Channel.CreateUnbounded<T>();
    private int _running;

    /// <summary>Starts work for one item; first waits, writing results, while the limit is reached.</summary>
    public async Task AddAsync(Func<CancellationToken, Task<T>> work)
    {
        while (_running >= limit)
        {
            await TakeAsync();
        }
        while (_results.Reader.TryRead(out T? ready))
        {
            _running--;
            write(ready);
        }
        _running++;
        _ = RunAsync(work);
    }

    /// <summary>Writes the results of everything that still runs.</summary>
    public async Task CompleteAsync()
    {
        while (_running > 0)
        {
            await TakeAsync();
        }
    }

    private async Task TakeAsync()
    {
        T result = await _results.Reader.ReadAsync(stop);
        _running--;
        write(result);
    }

    private async Task RunAsync(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            _results.Writer.TryWrite(await work(stop).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            // The reader throws it on the pipeline thread.
            _results.Writer.TryComplete(e);
        }
    }
}
