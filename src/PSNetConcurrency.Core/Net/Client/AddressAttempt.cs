using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency;

/// <summary>What came of trying one address of a host.</summary>
public enum TcpPortState
{
    /// <summary>Something listens and accepted the connection.</summary>
    Open,

    /// <summary>The host answered that nothing listens on the port.</summary>
    Refused,

    /// <summary>No answer came in the time allowed: most often a firewall that drops.</summary>
    TimedOut,

    /// <summary>No route leads to the host, or a router or firewall said so.</summary>
    Unreachable,

    /// <summary>The name has no address.</summary>
    NameNotResolved,
}

/// <summary>The outcome of trying one address.</summary>
/// <param name="Address">The address.</param>
/// <param name="State">What came of it.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Error">The system's words, or null.</param>
public sealed record AddressAttempt(IPAddress Address, TcpPortState State, TimeSpan Elapsed, string? Error)
{
    public override string ToString() => $"{Address} {State}";
}
