using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>What an echo measurement does.</summary>
public sealed record EchoLoadOptions
{
    public required string ComputerName { get; init; }

    public required int Port { get; init; }

    /// <summary>How many connections.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>The bytes of a message.</summary>
    public int Size { get; init; } = 64;

    /// <summary>How many messages each connection has under way.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>How long to measure; null for until <see cref="Count"/> is reached.</summary>
    public TimeSpan? Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many exchanges to measure at most, over all connections; 0 for as many as <see cref="Duration"/> allows.</summary>
    public long Count { get; init; }

    /// <summary>Exchanges before this time has passed are made and checked, but neither counted nor timed.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How long to wait for a connection, and for any answer at all, before giving up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Not null: TLS, with the server's certificate judged so.</summary>
    public CertificatePin? Tls { get; init; }
}

/// <summary>Where a measurement is.</summary>
/// <param name="Elapsed">How long it has run, without warm-up.</param>
/// <param name="Exchanges">The exchanges measured so far.</param>
/// <param name="Connections">The connections that are open.</param>
public readonly record struct EchoLoadProgress(TimeSpan Elapsed, long Exchanges, int Connections);
