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
        DescendantStop? tree = Completion.IsCompleted ? null : DescendantStop.Collect(ProcessId);
        await WaitAsync(null, stop).ConfigureAwait(false);
        tree ??= DescendantStop.CollectGroup(ProcessId);
        do
        {
            await tree.WhenGone().WaitAsync(stop).ConfigureAwait(false);
        }
        while (tree.Refresh());
    }

    /// <summary>Nobody will receive what it wrote, nor what it still writes.</summary>
    internal void DropOutput() => Output.Dispose();
}
