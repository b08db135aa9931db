namespace PSNetConcurrency;

/// <summary>What an echo measurement found. Rates and latencies are those of the measured time, without warm-up.</summary>
public sealed record TcpEchoResult
{
    public required string ComputerName { get; init; }

    public required int Port { get; init; }

    /// <summary>The connections that took part.</summary>
    public required int Connection { get; init; }

    /// <summary>The bytes of a message.</summary>
    public required int Size { get; init; }

    /// <summary>The messages each connection had under way.</summary>
    public required int Depth { get; init; }

    public required bool UseTls { get; init; }

    /// <summary>Messages that came back whole and right.</summary>
    public required long Exchanges { get; init; }

    public required double PerSecond { get; init; }

    /// <summary>Bytes echoed a second, counted in one direction.</summary>
    public required double BytesPerSecond { get; init; }

    public required TimeSpan LatencyMinimum { get; init; }

    public required TimeSpan LatencyP50 { get; init; }

    public required TimeSpan LatencyP90 { get; init; }

    public required TimeSpan LatencyP99 { get; init; }

    public required TimeSpan LatencyMaximum { get; init; }

    /// <summary>Connections that failed: not established, reset, closed by the server, or left without an answer.</summary>
    public required int Errors { get; init; }

    /// <summary>Connections on which bytes came back that were not those sent. Each is closed at the first.</summary>
    public required int Mismatches { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>The first failure, or null.</summary>
    public Exception? FirstError { get; init; }
}
