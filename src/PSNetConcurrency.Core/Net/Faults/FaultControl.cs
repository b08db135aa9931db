using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>The faults in force of a proxy, and their change while it runs.</summary>
internal sealed class FaultControl(NetListener proxy, EventLoop loop, NetFault initial, Action<NetFault> apply)
{
    private readonly object _gate = new();
    private volatile NetFault _fault = initial;

    public NetFault Fault => _fault;

    /// <summary>Changes the faults; when the task ends they are in force for all that comes from then on.</summary>
    /// <exception cref="NetException">A fault has a value that can mean nothing, or the proxy has stopped.</exception>
    public async Task ChangeAsync(Func<NetFault, NetFault> change)
    {
        if (proxy.State == ListenerState.Stopped)
        {
            throw Over();
        }
        TaskCompletionSource applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            NetFault fault = change(_fault).Validated(proxy.Transport);
            _fault = fault;
            // In the lock, so that two changes are applied in the order they were made.
            loop.Post(() =>
            {
                apply(fault);
                applied.SetResult();
            });
        }
        // The loop of a proxy that has stopped may be gone, and what was posted with it.
        await Task.WhenAny(applied.Task, proxy.Stopped).ConfigureAwait(false);
        if (!applied.Task.IsCompleted)
        {
            throw Over();
        }
    }

    private NetException Over() => new(NetError.HandleClosed, $"The proxy {proxy.Name} has stopped. Start another with Start-{proxy.Transport}FaultProxy.", proxy.Name);
}
