namespace PSNetConcurrency.Core;

/// <summary>What is to be said of a task that nobody waits for.</summary>
internal static class Unawaited
{
    /// <summary>Its failure is no news to anybody: without a word the runtime would report it as one that everybody overlooked.</summary>
    public static void Forget(this Task task) =>
        _ = task.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
