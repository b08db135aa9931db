using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>How a client connects.</summary>
public sealed record TcpConnectOptions
{
    public required string ComputerName { get; init; }

    public required int Port { get; init; }

    /// <summary>The port to connect from; 0 for one the system chooses.</summary>
    public int LocalPort { get; init; }

    /// <summary>Sends small writes at once instead of gathering them (TCP_NODELAY).</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>Has the system probe an idle connection (SO_KEEPALIVE), so that a dead peer is noticed.</summary>
    public bool KeepAlive { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Not null: TLS, with the server's certificate judged so.</summary>
    public CertificatePin? Tls { get; init; }

    public string? Name { get; init; }

    /// <summary>Whether the session is kept between calls, and so has an id and a name.</summary>
    public bool Kept { get; init; }
}
