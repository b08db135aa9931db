using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency;

public sealed partial class ChildProcess
{
    /// <summary>How long a process that ran out of its time has between being asked to end and being ended.</summary>
    private static readonly TimeSpan TimeoutGrace = TimeSpan.FromSeconds(2);

    /// <summary>TERM (CTRL_BREAK on Windows), then after <paramref name="grace"/> KILL; with <see cref="TimeSpan.Zero"/> KILL at once. Ends when the process, and with <paramref name="includeDescendants"/> all below it, is gone.</summary>
    /// <remarks>
    /// A signal goes to the process and, where it leads one, to its group, so that what a shell runs ends with the shell. The
    /// descendants are those that it has at this moment, whatever group they moved to, and what they start meanwhile; of a process that
    /// has ended, whoever is left in its group.
    /// </remarks>
    internal Task StopAsync(TimeSpan grace, bool includeDescendants, CancellationToken stop = default) =>
        StopAsync(ChildProcessState.Stopped, grace, includeDescendants, stop);

    private async Task StopAsync(ChildProcessState why, TimeSpan grace, bool includeDescendants, CancellationToken stop)
    {
        DescendantStop? tree = includeDescendants ? Below() : null;
        if (grace > TimeSpan.Zero && (Signals(why, StopSignal.Terminate) || (Completion.IsCompleted && tree is { IsEmpty: false })))
        {
            tree?.Terminate();
            Task ended = tree is null ? Completion : Task.WhenAll(Completion, tree.WhenGone());
            using CancellationTokenSource wait = Deadline.Start(grace, stop);
            await Task.WhenAny(ended, Task.Delay(System.Threading.Timeout.Infinite, wait.Token)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            wait.Cancel();
            if (ended.IsCompleted && tree is null)
            {
                return;
            }
        }
        // The tree first, as it does not become larger once it stands still; then whoever is in the group.
        Intend(why);
        tree?.Kill();
        Signals(why, StopSignal.Kill);
        await (tree is null ? Completion : Task.WhenAll(Completion, tree.WhenGone())).WaitAsync(stop).ConfigureAwait(false);
    }

    // Before the first signal, so that an end that follows it is known for what it is.
    private bool Intend(ChildProcessState why)
    {
        lock (_gate)
        {
            if (_state == ChildProcessState.Running)
            {
                _stopping ??= why;
                return true;
            }
            return false;
        }
    }

    private bool Signals(ChildProcessState why, StopSignal signal) => Intend(why) && _running.Send(signal);

    private async void RanTooLong()
    {
        try
        {
            await StopAsync(ChildProcessState.TimedOut, TimeoutGrace, includeDescendants: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Core.Net.Loop.EventLoop.Report(e);
        }
    }
}
