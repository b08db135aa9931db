using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency;

public sealed partial class ChildProcess
{
    /// <summary>
    /// Waits until the process and all below it are gone: those it has now, those that they start meanwhile, and whoever is left in
    /// its group when it ends. One that left the group and whose parent ended unseen can't be told from any other process.
    /// </summary>
    internal async Task WaitForTreeAsync(CancellationToken stop)
    {
        DescendantStop? tree = Completion.IsCompleted ? null : Below();
        await WaitAsync(null, stop).ConfigureAwait(false);
        tree ??= Below();
        do
        {
            await tree.WhenGone().WaitAsync(stop).ConfigureAwait(false);
        }
        while (tree.Refresh());
    }

    // Once it is gone its number may be another's, whose tree this is not: it is known by its group alone then.
    private DescendantStop Below() => Completion.IsCompleted ? DescendantStop.CollectGroup(ProcessId) : DescendantStop.Collect(ProcessId);

    /// <summary>Nobody will receive what it wrote, nor what it still writes.</summary>
    internal void DropOutput() => Output.Dispose();
}
