using PSNetConcurrency.Core.Net.Faults;

namespace PSNetConcurrency;

/// <summary>A byte that a proxy has changed.</summary>
/// <param name="Connection">The number of the connection, 1 for the proxy's first.</param>
/// <param name="Direction">Which direction.</param>
/// <param name="Offset">The byte's place in that direction of the connection, 0 for the first.</param>
/// <param name="Mask">What the byte was combined with by exclusive or; never 0.</param>
public sealed record CorruptedByte(long Connection, FaultDirection Direction, long Offset, byte Mask);

/// <summary>What a proxy has done. The counts are live and may be read at any time.</summary>
public sealed class FaultStatistic
{
    /// <summary>How many corrupted bytes are kept one by one; more are only counted.</summary>
    public const int KeptCorruptions = 1024;

    private readonly FirstRecords<CorruptedByte> _corrupted = new(KeptCorruptions);
    private long _connections;
    private long _targetFailures;
    private long _clientToServer;
    private long _serverToClient;
    private long _slices;
    private long _coalesced;
    private long _delayed;
    private long _closes;
    private long _resets;
    private long _stalls;

    /// <summary>Connections that were made to the target.</summary>
    public long ConnectionCount => Interlocked.Read(ref _connections);

    /// <summary>Connections that could not be made to the target; their clients were reset.</summary>
    public long TargetFailureCount => Interlocked.Read(ref _targetFailures);

    /// <summary>Bytes delivered to the target.</summary>
    public long ClientToServerBytes => Interlocked.Read(ref _clientToServer);

    /// <summary>Bytes delivered to clients.</summary>
    public long ServerToClientBytes => Interlocked.Read(ref _serverToClient);

    /// <summary>Bytes that were changed.</summary>
    public long CorruptedCount => _corrupted.Count;

    /// <summary>The first bytes that were changed, 1024 at most.</summary>
    public IReadOnlyList<CorruptedByte> Corrupted => _corrupted.ToArray();

    /// <summary>Pieces written while there was a slice size.</summary>
    public long SliceCount => Interlocked.Read(ref _slices);

    /// <summary>Pieces that were held and joined to the one before.</summary>
    public long CoalescedCount => Interlocked.Read(ref _coalesced);

    /// <summary>Pieces that were delayed by latency and jitter.</summary>
    public long DelayedCount => Interlocked.Read(ref _delayed);

    /// <summary>Directions ended by CloseAfterBytes.</summary>
    public long CloseCount => Interlocked.Read(ref _closes);

    /// <summary>Connections reset by ResetAfterBytes.</summary>
    public long ResetCount => Interlocked.Read(ref _resets);

    /// <summary>Directions stalled by StallAfterBytes.</summary>
    public long StallCount => Interlocked.Read(ref _stalls);

    public override string ToString() => FormattableString.Invariant(
        $"{ConnectionCount} connections, {ClientToServerBytes} bytes to the server, {ServerToClientBytes} to clients, {CorruptedCount} corrupted, {CloseCount} closed, {ResetCount} reset, {StallCount} stalled");

    internal void CountConnection() => Interlocked.Increment(ref _connections);

    internal void CountTargetFailure() => Interlocked.Increment(ref _targetFailures);

    internal void CountDelivered(FaultDirection direction, int bytes) =>
        Interlocked.Add(ref direction == FaultDirection.ClientToServer ? ref _clientToServer : ref _serverToClient, bytes);

    internal void CountSlice() => Interlocked.Increment(ref _slices);

    internal void CountCoalesced() => Interlocked.Increment(ref _coalesced);

    internal void CountDelayed() => Interlocked.Increment(ref _delayed);

    internal void CountCut(FaultCut cut)
    {
        switch (cut)
        {
            case FaultCut.Close:
                Interlocked.Increment(ref _closes);
                break;
            case FaultCut.Reset:
                Interlocked.Increment(ref _resets);
                break;
            case FaultCut.Stall:
                Interlocked.Increment(ref _stalls);
                break;
        }
    }

    internal void AddCorrupted(long connection, FaultDirection direction, long offset, byte mask)
    {
        // Full, nothing is made for it: at a rate of 1 this runs once a byte.
        if (_corrupted.CountOne())
        {
            _corrupted.Add(new CorruptedByte(connection, direction, offset, mask));
        }
    }
}
