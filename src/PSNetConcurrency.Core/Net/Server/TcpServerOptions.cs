using System.Net;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>What every TCP listener can be told. The defaults bound what a stranger controls.</summary>
public sealed record TcpServerOptions
{
    public string? Name { get; init; }

    /// <summary>The address to bind; loopback unless told otherwise. IPv6Any takes IPv4 clients too.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, or 0 for one the system chooses.</summary>
    public int Port { get; init; }

    /// <summary>How many connections the system may complete before they are accepted; the system has a limit of its own.</summary>
    public int Backlog { get; init; } = 512;

    /// <summary>How many clients at once; more are refused with a reset.</summary>
    public int MaximumConnection { get; init; } = 10_000;

    /// <summary>How many clients of one address at once, an IPv6 network of /64 counting as one; 0 for no limit but <see cref="MaximumConnection"/>.</summary>
    public int MaximumConnectionPerAddress { get; init; }

    /// <summary>How long a client may neither send nor take anything before it is disconnected; zero for ever.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many bytes that a client did not ask for (<see cref="NetClient.Send(byte[])"/>) may wait for it to read; a send beyond
    /// that disconnects it. Where nothing waits one send may be larger, and replies are not bounded by it.
    /// </summary>
    public int MaximumPendingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>With a certificate clients must use TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>When not empty, clients must show a certificate, and one with one of these thumbprints (SHA-256 or SHA-1).</summary>
    public IReadOnlyList<string> AllowedThumbprints { get; init; } = [];

    /// <summary>When not empty, only clients of these networks are served.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>Clients of these networks are never served, not even when allowed.</summary>
    public IReadOnlyList<IPNetwork> Deny { get; init; } = [];

    /// <summary>Stops after the first client that sent anything has gone.</summary>
    public bool Once { get; init; }

    /// <summary>Whether it is a part of another listener, which has the number and the name.</summary>
    internal bool IsPart { get; init; }

    /// <summary>A loop to run on instead of one of the process's own; its owner ends it. Tests try a server on every kind of loop so.</summary>
    internal EventLoop? Loop { get; init; }
}
