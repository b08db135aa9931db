using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PSNetConcurrency.Infrastructure;

/// <summary>
/// Runs asynchronous work for a cmdlet and keeps every continuation of the cmdlet's own code on the pipeline thread, so
/// that WriteObject may be called between awaits. It is the one place in the module where a thread waits for a task.
/// </summary>
/// <remarks>
/// The engine (Core) awaits with ConfigureAwait(false) and so never lands here; only a cmdlet's own continuations do.
/// A background producer reaches the pipeline through a bounded channel that the cmdlet enumerates with await foreach.
/// </remarks>
internal sealed class PipelinePump : SynchronizationContext, IDisposable
{
    private const int FirstWait = 1000, NextWait = 500;

    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _queue.Add((d, state));
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            // The cmdlet is over: a late continuation has nobody to serve.
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("The pipeline thread is never waited for.");

    /// <summary>
    /// Runs <paramref name="work"/> to its end on this thread; throws what it threw. While it waits,
    /// <paramref name="whileWaiting"/> is called after a second and then twice a second.
    /// </summary>
    public void Run(Func<Task> work, Action whileWaiting)
    {
        SynchronizationContext? previous = Current;
        SetSynchronizationContext(this);
        try
        {
            Task task = work();
            if (!task.IsCompleted)
            {
                // The continuation wakes the loop below when the work ends.
                _ = task.ContinueWith(static (_, pump) => ((PipelinePump)pump!).Post(static _ => { }, null), this,
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                long due = Environment.TickCount64 + FirstWait;
                while (!task.IsCompleted)
                {
                    long left = due - Environment.TickCount64;
                    if (left > 0 && _queue.TryTake(out (SendOrPostCallback Callback, object? State) next, (int)left))
                    {
                        next.Callback(next.State);
                    }
                    else
                    {
                        due = Environment.TickCount64 + NextWait;
                        whileWaiting();
                    }
                }
            }
            if (task.IsCanceled)
            {
                throw new OperationCanceledException();
            }
            if (task.Exception is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure.InnerException!);
            }
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }

    public void Dispose() => _queue.Dispose();
}
