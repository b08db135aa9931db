using System.Net;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>What every UDP listener can be told.</summary>
public sealed record UdpServerOptions
{
    /// <summary>The most bytes of a datagram over IPv4: 65535 without the headers of IP and UDP.</summary>
    public const int MaximumPayloadIPv4 = 65507;

    /// <summary>The most bytes of a datagram over IPv6, whose header is not counted.</summary>
    public const int MaximumPayloadIPv6 = 65527;

    public string? Name { get; init; }

    /// <summary>The address to bind; loopback unless told otherwise. IPv6Any takes IPv4 datagrams too.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, or 0 for one the system chooses.</summary>
    public int Port { get; init; }

    /// <summary>Whether it may send to broadcast addresses.</summary>
    public bool Broadcast { get; init; }

    /// <summary>
    /// The multicast groups to join, on the interface of <see cref="Address"/>, or on all where that is any address. Other
    /// programs may then listen on the same port.
    /// </summary>
    public IReadOnlyList<IPAddress> MulticastGroups { get; init; } = [];

    /// <summary>When not empty, only datagrams from these networks are taken.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>Datagrams from these networks are never taken, not even when allowed.</summary>
    public IReadOnlyList<IPNetwork> Deny { get; init; } = [];

    /// <summary>Part of something else: it has no number that people see.</summary>
    internal bool IsPart { get; init; }

    /// <summary>A loop to run on instead of one of the process's own; its owner ends it. Tests try a server on every kind of loop so.</summary>
    internal EventLoop? Loop { get; init; }
}
