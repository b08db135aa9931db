using System.Net;

namespace PSNetConcurrency
{
    /// <summary>How a measurement of a UDP link ended.</summary>
    public enum UdpLinkStatus
    {
        /// <summary>All datagrams were sent, and at least one came back.</summary>
        Completed,

        /// <summary>All datagrams were sent, and none came back.</summary>
        NoReply,

        /// <summary>The host answered that nothing listens on that UDP port; nothing more was sent.</summary>
        Refused,

        /// <summary>No way leads to the host, or a router said so; nothing more was sent.</summary>
        Unreachable,
    }

    /// <summary>What a UDP link does to datagrams on their way to an echo server and back.</summary>
    public sealed record UdpLinkResult
    {
        public required string ComputerName { get; init; }

        public required int Port { get; init; }

        public required IPEndPoint RemoteEndPoint { get; init; }

        public required UdpLinkStatus Status { get; init; }

        public required int PayloadSize { get; init; }

        public required int Sent { get; init; }

        /// <summary>Datagrams that came back intact, each counted once.</summary>
        public required int Received { get; init; }

        /// <summary>Datagrams that did not come back intact.</summary>
        public int Lost => Sent - Received;

        public double LossPercent => Sent == 0 ? 0 : 100d * Lost / Sent;

        /// <summary>Datagrams that came back again.</summary>
        public required int Duplicate { get; init; }

        /// <summary>Datagrams that came back after one that was sent later.</summary>
        public required int Reordered { get; init; }

        /// <summary>Datagrams that came back changed; the ones sent count as lost where they did not come back intact as well.</summary>
        public required int Corrupted { get; init; }

        /// <summary>The jitter of RFC 3550, of round trips; null for less than two.</summary>
        public required TimeSpan? Jitter { get; init; }

        public required TimeSpan? LatencyMinimum { get; init; }

        public required TimeSpan? LatencyAverage { get; init; }

        public required TimeSpan? LatencyP50 { get; init; }

        public required TimeSpan? LatencyP99 { get; init; }

        public required TimeSpan? LatencyMaximum { get; init; }

        public required TimeSpan Elapsed { get; init; }

        /// <summary>What became of each datagram; null unless that was asked for.</summary>
        public UdpLinkDatagram[]? Datagram { get; init; }
    }

    /// <summary>What became of one datagram of a measurement.</summary>
    public sealed record UdpLinkDatagram
    {
        /// <summary>Its number, from 0 on.</summary>
        public required int Sequence { get; init; }

        /// <summary>When it was sent, counted from the first.</summary>
        public required TimeSpan SentAfter { get; init; }

        public bool IsLost => Latency is null;

        /// <summary>Its round trip; null when it was lost.</summary>
        public TimeSpan? Latency { get; internal set; }

        /// <summary>The how manieth it was to come back, from 0 on; null when it was lost.</summary>
        public int? ReceivedAs { get; internal set; }

        /// <summary>It came back after one that was sent later.</summary>
        public bool IsReordered { get; internal set; }

        /// <summary>How often it came back again.</summary>
        public int Duplicate { get; internal set; }
    }
}

namespace PSNetConcurrency.Core.Net.Measure
{
    /// <summary>What to measure a UDP link with.</summary>
    public sealed record UdpLinkOptions
    {
        /// <summary>The least a datagram has: its run, number and time, and a checksum.</summary>
        public const int LeastPayload = UdpLinkPayload.Least;

        public required string ComputerName { get; init; }

        public required int Port { get; init; }

        public int Count { get; init; } = 100;

        /// <summary>From the beginning of one send to that of the next.</summary>
        public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(10);

        public int PayloadSize { get; init; } = 64;

        /// <summary>How long to wait for those still under way after the last was sent.</summary>
        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

        /// <summary>Keeps what became of each datagram.</summary>
        public bool Detailed { get; init; }
    }
}
