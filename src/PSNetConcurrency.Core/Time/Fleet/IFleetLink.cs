using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>What a record that a node wrote is.</summary>
internal enum FleetRecordKind
{
    Output,
    Error,

    /// <summary>A line beside the streams, where the agent tells what it can't tell there while the script runs.</summary>
    Aside,
}

/// <summary>A record that a node wrote.</summary>
internal readonly record struct FleetRecord(FleetRecordKind Kind, object? Value);

/// <summary>The connection to the agent on a node, for one firing.</summary>
internal interface IFleetLink
{
    /// <summary>Sends a line to the agent. It throws a <see cref="NetException"/> where the node is gone.</summary>
    Task SendAsync(string line, CancellationToken stop);

    /// <summary>Tells the agent that no more lines come; once armed, it goes on to the instant.</summary>
    void EndInput();

    /// <summary>What the node writes, until it ends.</summary>
    IAsyncEnumerable<FleetRecord> ReadAsync(CancellationToken stop);

    /// <summary>Why it failed, once all is read; null where it ended well.</summary>
    NetException? Failure { get; }

    /// <summary>Ends it, with all below it; it may have ended.</summary>
    Task StopAsync();
}

/// <summary>Starts agents on nodes.</summary>
internal interface IFleetLauncher
{
    /// <param name="node">Where.</param>
    /// <param name="plan">What <see cref="FleetAgent.Plan"/> wrote.</param>
    /// <exception cref="NetException">The node can't be started.</exception>
    IFleetLink Start(FleetNode node, string plan);
}
