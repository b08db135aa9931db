using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency
{
    /// <summary>Whether a TCP port accepts connections.</summary>
    public record TcpPortResult
    {
        public required string ComputerName { get; init; }

        /// <summary>The address that accepted, or the last that was tried; null where the name has none.</summary>
        public IPAddress? Address { get; init; }

        public required int Port { get; init; }

        public required TcpPortState State { get; init; }

        public bool IsOpen => State == TcpPortState.Open;

        /// <summary>How long the connection took to establish; null where none was.</summary>
        public TimeSpan? Latency { get; init; }

        /// <summary>Every address that was tried, and what came of it.</summary>
        public AddressAttempt[] AddressTried { get; init; } = [];

        /// <summary>The system's words for the failure, or null.</summary>
        public string? Error { get; init; }
    }

    /// <summary>What a wait for a port came to.</summary>
    public sealed record TcpPortWaitResult : TcpPortResult
    {
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public TcpPortWaitResult(TcpPortResult last)
            : base(last)
        {
        }

        /// <summary>How long it was waited.</summary>
        public TimeSpan Elapsed { get; init; }

        /// <summary>How often the port was tried.</summary>
        public int Attempts { get; init; }
    }
}

namespace PSNetConcurrency.Core.Net.Client
{
    /// <summary>Finds out whether a port accepts connections, without sending anything.</summary>
    public static class PortProbe
    {
        private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
        private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

        // Short at first, so that a host that just comes up is found soon; then long enough for a far one, and for two lost
        // packets, which the system sends again after one second and after three.
        private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan LongestLimit = TimeSpan.FromSeconds(4);

        public static async Task<TcpPortResult> TestAsync(string computerName, int port, TimeSpan timeout, CancellationToken cancellationToken)
        {
            long start = Stopwatch.GetTimestamp();
            IPAddress[] addresses;
            try
            {
                addresses = await TcpConnector.ResolveAsync(computerName, timeout, cancellationToken).ConfigureAwait(false);
            }
            catch (NetException e)
            {
                return new TcpPortResult { ComputerName = computerName, Port = port, State = TcpPortState.NameNotResolved, Error = e.Message };
            }
            TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
            TcpConnector.Outcome outcome = await TcpConnector.TryConnectAsync(addresses, port, localPort: 0, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            // Nothing was sent, so an orderly close is quick; the local port may rest in TIME_WAIT, as after any connection.
            outcome.Socket?.Dispose();
            return new TcpPortResult
            {
                ComputerName = computerName,
                Port = port,
                Address = outcome.Address ?? outcome.Attempts[^1].Address,
                State = outcome.Socket is not null ? TcpPortState.Open : Judge(outcome.Attempts),
                Latency = outcome.Socket is not null ? outcome.Latency : null,
                AddressTried = [.. outcome.Attempts],
                Error = outcome.Socket is not null ? null : outcome.Attempts[^1].Error,
            };
        }

        /// <summary>
        /// Tries until the port is as wanted or the time is up; null is for ever. Nobody tells when a remote port opens, so it is tried again
        /// and again: at once at first, then with pauses that grow to a second.
        /// </summary>
        public static async Task<(TcpPortWaitResult Result, bool Reached)> WaitAsync(string computerName, int port, bool open, TimeSpan? timeout, CancellationToken cancellationToken)
        {
            TimeSpan limit = timeout ?? TimeSpan.MaxValue;
            long start = Stopwatch.GetTimestamp();
            TimeSpan pause = FirstPause, patience = open ? FirstLimit : LongestLimit;
            for (int attempts = 1; ; attempts++)
            {
                TimeSpan left = limit - Stopwatch.GetElapsedTime(start);
                // A port that is waited for is tried once at least, however little the time.
                TimeSpan time = left > patience ? patience : left > FirstPause ? left : FirstPause;
                TcpPortResult last = await TestAsync(computerName, port, time, cancellationToken).ConfigureAwait(false);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
                bool reached = open ? last.IsOpen : IsClosed(last, silence: time == LongestLimit || (attempts == 1 && time >= FirstLimit));
                if (reached || elapsed >= limit)
                {
                    return (new TcpPortWaitResult(last) { Elapsed = elapsed, Attempts = attempts }, reached);
                }
                left = limit - elapsed;
                await Task.Delay(pause < left ? pause : left, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                patience = patience * 2 < LongestLimit ? patience * 2 : LongestLimit;
            }
        }

        // Silence is a closed port only where it lasted: a far host, or a lost packet, is silent for a while too. A name that
        // is not resolved tells nothing of the port.
        private static bool IsClosed(TcpPortResult last, bool silence) => last.State switch
        {
            TcpPortState.Open or TcpPortState.NameNotResolved => false,
            TcpPortState.TimedOut => silence,
            _ => true,
        };

        // The answer that tells most: a host that refuses is up, silence may be a firewall.
        private static TcpPortState Judge(IReadOnlyList<AddressAttempt> attempts) =>
            attempts.Any(a => a.State == TcpPortState.Refused) ? TcpPortState.Refused
            : attempts.Any(a => a.State == TcpPortState.TimedOut) ? TcpPortState.TimedOut
            : TcpPortState.Unreachable;
    }
}
