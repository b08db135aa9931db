using PSNetConcurrency.Core.Net.Faults;

namespace PSNetConcurrency;

/// <summary>What may happen to a datagram in a proxy; several at once, except of one that is lost.</summary>
[Flags]
public enum DatagramFaults
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It was lost.</summary>
    Lost = 1,

    /// <summary>Its end was cut off.</summary>
    Truncated = 2,

    /// <summary>One bit of it was changed.</summary>
    Corrupted = 4,

    /// <summary>It was passed on twice.</summary>
    Duplicated = 8,

    /// <summary>It was held back, for others to overtake it.</summary>
    Reordered = 16,
}

/// <summary>What a proxy decided about a datagram.</summary>
/// <param name="Client">The number of the client, 1 for the proxy's first.</param>
/// <param name="Direction">Which direction.</param>
/// <param name="Number">The datagram's number in that direction of the client, 1 for the first.</param>
/// <param name="Faults">What was decided.</param>
/// <param name="Length">The bytes it had.</param>
/// <param name="PassedLength">The bytes left of it.</param>
/// <param name="Bit">The bit that was changed, counted from the lowest of the first byte; -1 for none.</param>
public sealed record DatagramDecision(long Client, FaultDirection Direction, long Number, DatagramFaults Faults, int Length, int PassedLength, int Bit);

/// <summary>What a UDP proxy has done in one direction. The counts are live and may be read at any time.</summary>
public sealed class DatagramFaultCount
{
    private long _received;
    private long _passed;
    private long _lost;
    private long _truncated;
    private long _corrupted;
    private long _duplicated;
    private long _reordered;
    private long _delayed;
    private long _overflowed;
    private long _failed;
    private long _bytes;

    internal DatagramFaultCount(FaultDirection direction) => Direction = direction;

    public FaultDirection Direction { get; }

    /// <summary>Datagrams that came.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Datagrams that were passed on, the copies among them.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Datagrams that LossRate took.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Datagrams whose end was cut off.</summary>
    public long Truncated => Interlocked.Read(ref _truncated);

    /// <summary>Datagrams one bit of which was changed.</summary>
    public long Corrupted => Interlocked.Read(ref _corrupted);

    /// <summary>Copies that were made.</summary>
    public long Duplicated => Interlocked.Read(ref _duplicated);

    /// <summary>Datagrams that were passed on after one that had come later, by ReorderRate or by jitter: reordered as RFC 4737 counts it. Copies don't count.</summary>
    public long Reordered => Interlocked.Read(ref _reordered);

    /// <summary>Datagrams that waited before they were passed on, the copies among them.</summary>
    public long Delayed => Interlocked.Read(ref _delayed);

    /// <summary>Datagrams dropped because too much waited already.</summary>
    public long Overflowed => Interlocked.Read(ref _overflowed);

    /// <summary>Datagrams that the system would not send.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Bytes passed on.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public override string ToString() => FormattableString.Invariant(
        $"{Received} received, {Passed} passed, {Lost} lost, {Duplicated} duplicated, {Reordered} reordered, {Corrupted} corrupted");

    internal void CountReceived() => Interlocked.Increment(ref _received);

    internal void CountPassed(int bytes)
    {
        Interlocked.Increment(ref _passed);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void CountReordered() => Interlocked.Increment(ref _reordered);

    internal void CountDelayed() => Interlocked.Increment(ref _delayed);

    internal void CountOverflowed() => Interlocked.Increment(ref _overflowed);

    internal void CountFailed() => Interlocked.Increment(ref _failed);

    // Reordered is counted when it has come true.
    internal void CountDrawn(DatagramFaults faults)
    {
        Interlocked.Add(ref _lost, faults.HasFlag(DatagramFaults.Lost) ? 1 : 0);
        Interlocked.Add(ref _truncated, faults.HasFlag(DatagramFaults.Truncated) ? 1 : 0);
        Interlocked.Add(ref _corrupted, faults.HasFlag(DatagramFaults.Corrupted) ? 1 : 0);
        Interlocked.Add(ref _duplicated, faults.HasFlag(DatagramFaults.Duplicated) ? 1 : 0);
    }
}

/// <summary>What a UDP proxy has done: both directions, each of them, and what was decided one by one. Live.</summary>
public sealed class DatagramFaultStatistic
{
    /// <summary>How many decisions are kept where the proxy is not told otherwise.</summary>
    public const int DefaultDecisions = 1024;

    private readonly FirstRecords<DatagramDecision> _decisions;
    private long _clients;
    private long _targetFailures;

    internal DatagramFaultStatistic(int decisions) => _decisions = new FirstRecords<DatagramDecision>(decisions);

    /// <summary>Clients that the proxy has had.</summary>
    public long ClientCount => Interlocked.Read(ref _clients);

    /// <summary>How often the target's system answered that nothing listens there, or could not be reached.</summary>
    public long TargetFailureCount => Interlocked.Read(ref _targetFailures);

    /// <summary>What was done with what clients sent.</summary>
    public DatagramFaultCount ClientToServer { get; } = new(FaultDirection.ClientToServer);

    /// <summary>What was done with what the target sent.</summary>
    public DatagramFaultCount ServerToClient { get; } = new(FaultDirection.ServerToClient);

    /// <summary>Datagrams that came, both ways.</summary>
    public long Received => ClientToServer.Received + ServerToClient.Received;

    /// <summary>Datagrams that were passed on, the copies among them.</summary>
    public long Passed => ClientToServer.Passed + ServerToClient.Passed;

    /// <summary>Datagrams that LossRate took.</summary>
    public long Lost => ClientToServer.Lost + ServerToClient.Lost;

    /// <summary>Datagrams whose end was cut off.</summary>
    public long Truncated => ClientToServer.Truncated + ServerToClient.Truncated;

    /// <summary>Datagrams one bit of which was changed.</summary>
    public long Corrupted => ClientToServer.Corrupted + ServerToClient.Corrupted;

    /// <summary>Copies that were made.</summary>
    public long Duplicated => ClientToServer.Duplicated + ServerToClient.Duplicated;

    /// <summary>Datagrams that were passed on after one that had come later.</summary>
    public long Reordered => ClientToServer.Reordered + ServerToClient.Reordered;

    /// <summary>Datagrams that waited before they were passed on.</summary>
    public long Delayed => ClientToServer.Delayed + ServerToClient.Delayed;

    /// <summary>Datagrams dropped because too much waited already.</summary>
    public long Overflowed => ClientToServer.Overflowed + ServerToClient.Overflowed;

    /// <summary>Datagrams that the system would not send.</summary>
    public long Failed => ClientToServer.Failed + ServerToClient.Failed;

    /// <summary>Bytes passed on.</summary>
    public long Bytes => ClientToServer.Bytes + ServerToClient.Bytes;

    /// <summary>How many datagrams something was decided about; of one that is not among them nothing was.</summary>
    public long DecisionCount => _decisions.Count;

    /// <summary>The first of these decisions, in the order they were made.</summary>
    public IReadOnlyList<DatagramDecision> Decisions => _decisions.ToArray();

    public override string ToString() => FormattableString.Invariant(
        $"{Received} received, {Passed} passed, {Lost} lost, {Duplicated} duplicated, {Reordered} reordered, {Corrupted} corrupted");

    internal DatagramFaultCount Of(FaultDirection direction) => direction == FaultDirection.ClientToServer ? ClientToServer : ServerToClient;

    internal void CountClient() => Interlocked.Increment(ref _clients);

    internal void CountTargetFailure() => Interlocked.Increment(ref _targetFailures);

    internal void AddDecision(long client, FaultDirection direction, int length, in DatagramFate fate)
    {
        Of(direction).CountDrawn(fate.Faults);
        if (_decisions.CountOne())
        {
            _decisions.Add(new DatagramDecision(client, direction, fate.Number, fate.Faults, length, fate.Has(DatagramFaults.Lost) ? 0 : fate.Length, fate.Bit));
        }
    }
}
