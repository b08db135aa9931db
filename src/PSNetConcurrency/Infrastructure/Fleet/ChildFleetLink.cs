using System.Collections;
using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Infrastructure.Fleet;

/// <summary>An agent in a child process, here or behind a launcher.</summary>
internal sealed class ChildFleetLink : IFleetLink
{
    // What has not ended by then, after it was told to, is killed.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ChildProcess _child;

    public ChildFleetLink(FleetNode node, Hashtable parameters, string workingDirectory) => _child = ScriptChild.Start(
        new ScriptJob { Kind = ChildProcessKind.ScriptBlock, Script = FleetJob.Wrapper, Parameters = parameters, HasInput = true },
        new ScriptChildOptions
        {
            Name = node.Name,
            Command = node.Name,
            Via = node.Via,
            PowerShellPath = node.PowerShellPath,
            WorkingDirectory = node.Via.Length == 0 ? workingDirectory : null,
        });

    public NetException? Failure => _child.Failure;

    public Task SendAsync(string line, CancellationToken stop) => ScriptChild.SendInputAsync(_child, line, stop).AsTask();

    public void EndInput() => ScriptChild.EndInput(_child);

    public async IAsyncEnumerable<FleetRecord> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        OutputReading reading = new(ChildOutput.Of(_child), new OutputReadingOptions());
        do
        {
            while (reading.Next() is { } record)
            {
                FleetRecordKind? kind = record.Stream switch
                {
                    ChildStreamKind.Output => FleetRecordKind.Output,
                    ChildStreamKind.Error => FleetRecordKind.Error,
                    ChildStreamKind.StandardError => FleetRecordKind.Aside,
                    _ => null,
                };
                if (kind is { } known)
                {
                    yield return new FleetRecord(known, record.Value);
                }
            }
        }
        while (await reading.WaitAsync(stop).ConfigureAwait(false));
        // Its pipe ends a moment before it does, and how it ended is known with its end.
        await _child.WaitAsync(null, stop).ConfigureAwait(false);
    }

    public async Task StopAsync()
    {
        await _child.StopAsync(Grace, includeDescendants: true, CancellationToken.None).ConfigureAwait(false);
        _child.DropOutput();
    }
}
