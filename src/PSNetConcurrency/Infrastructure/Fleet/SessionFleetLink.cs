using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Remoting;
using System.Management.Automation.Runspaces;
using System.Threading.Channels;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Infrastructure.Fleet;

/// <summary>An agent in a PSSession, which it needs for itself until the script has ended.</summary>
internal sealed class SessionFleetLink : IFleetLink
{
    // A node that has lost its power says nothing more, and the transport notices that after minutes.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly PowerShell _shell = PowerShell.Create();
    private readonly PSDataCollection<object> _input = [];
    private readonly PSDataCollection<PSObject> _output = [];
    private readonly Channel<FleetRecord> _records = Channel.CreateUnbounded<FleetRecord>();
    private readonly Task _running;

    public SessionFleetLink(FleetNode node, PSSession session, Hashtable parameters)
    {
        _shell.Runspace = session.Runspace;
        _shell.AddScript(FleetJob.Wrapper).AddParameters(parameters);
        _output.DataAdding += (_, e) => _records.Writer.TryWrite(new FleetRecord(FleetRecordKind.Output, Unwrap(e.ItemAdded)));
        _shell.Streams.Error.DataAdding += (_, e) => _records.Writer.TryWrite(new FleetRecord(FleetRecordKind.Error, e.ItemAdded));
        try
        {
            _running = Task.Factory.FromAsync(_shell.BeginInvoke(_input, _output), r => _shell.EndInvoke(r));
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException or InvalidRunspaceStateException)
        {
            _shell.Dispose();
            throw new NetException(NetError.HandleClosed, $"The session {session.Name} to {session.ComputerName} can't be used: {e.Message} Its state is {session.Runspace.RunspaceStateInfo.State}, and it is {session.Availability}.", node.Name, e);
        }
        _ = EndAsync(node);
    }

    public NetException? Failure { get; private set; }

    public Task SendAsync(string line, CancellationToken stop)
    {
        _input.Add(line);
        return Task.CompletedTask;
    }

    public void EndInput() => _input.Complete();

    public IAsyncEnumerable<FleetRecord> ReadAsync(CancellationToken stop) => _records.Reader.ReadAllAsync(stop);

    public async Task StopAsync()
    {
        Task over = StopShellAsync();
        await over.WaitAsync(Grace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Later, where it has not stopped: disposing of it would wait for it.
        _ = over.ContinueWith(_ => Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task StopShellAsync()
    {
        if (!_running.IsCompleted)
        {
            await Task.Factory.FromAsync(_shell.BeginStop(null, null), _shell.EndStop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Release()
    {
        _shell.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    private static object? Unwrap(object? item) => item is PSObject { BaseObject: string line } ? line : item;

    private async Task EndAsync(FleetNode node)
    {
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failure = e is PSRemotingTransportException
                ? new NetException(NetError.PeerClosed, $"The session of {node.Name} was lost: {e.Message}", node.Name, e)
                : new NetException(NetError.ScriptFailed, $"The script failed: {e.Message}", node.Name, e);
        }
        _records.Writer.TryComplete();
    }
}
