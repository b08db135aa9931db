using System.Diagnostics;
using System.Net;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>A server as a user names it: name, name:port, or [address]:port.</summary>
internal static class FleetServer
{
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/></exception>
    public static (string Host, int Port) Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        // An address of IPv6 without brackets has several.
        if (colon < 0 || (text.IndexOf(':', StringComparison.Ordinal) != colon && !text.StartsWith('[')))
        {
            return (Host(text), NtpPacket.StandardPort);
        }
        return ushort.TryParse(text.AsSpan(colon + 1), out ushort port) && port > 0 ? (Host(text[..colon]), port)
            : throw new NetException(NetError.InvalidArgument, $"'{text}' is no time server: behind the colon stands a port, 1 to 65535.", text);

        // What is sent to nodes is words between blanks.
        string Host(string host) => host.Trim('[', ']') is { Length: > 0 } name && !name.Any(char.IsWhiteSpace) ? name
            : throw new NetException(NetError.InvalidArgument, $"'{text}' names no time server.", text);
    }
}

/// <summary>The clock that firings go by: this machine's, or that of time servers of which a majority agrees.</summary>
internal sealed class FleetReference(IReadOnlyList<(string Host, int Port)> servers, bool random, long seed)
{
    private const int Samples = 3;

    // A clock that is set is set by more, or slewed so slowly that this holds for the time between two firings.
    private static readonly long StepTicks = 100 * TimeSpan.TicksPerMillisecond;
    private SteadyClock _then = SteadyClock.Local(0);
    private long _picks;

    /// <summary>How far the reference is ahead of this machine's clock.</summary>
    public TimeSpan Offset { get; private set; }

    public DateTimeOffset Now => DateTimeOffset.UtcNow + Offset;

    /// <summary>The servers that nodes are to ask: those that were found to tell the truth, or the one that was picked.</summary>
    public IReadOnlyList<(string Host, int Port)> Trusted { get; private set; } = [];

    /// <summary>Those of them that are the same servers where the node is: a loopback address is another machine there.</summary>
    public IReadOnlyList<(string Host, int Port)> TrustedFrom(FleetNode node) =>
        node.Kind == FleetNodeKind.Local ? Trusted : [.. Trusted.Where(s => !(s.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(s.Host, out IPAddress? address) && IPAddress.IsLoopback(address))))];

    /// <summary>Whether this machine's clock was set, or stood still with the machine, since it was last measured.</summary>
    public bool ClockWasSet => Math.Abs(DateTime.UtcNow.Ticks - _then.Now) > StepTicks;

    /// <summary>How long asking the servers took last.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Asks the servers. Where that fails, what was known before stays.</summary>
    /// <exception cref="NetException"><see cref="NetError.NotEnoughSources"/>, <see cref="NetError.NoMajority"/></exception>
    public async Task MeasureAsync(CancellationToken stop)
    {
        _then = SteadyClock.Local(0);
        long began = Stopwatch.GetTimestamp();
        if (servers.Count == 0)
        {
            return;
        }
        NetworkTime[] times = await Task.WhenAll(servers.Select(s =>
            NetworkTimeClient.QueryAsync(new TimeQuery { Server = s.Host, Port = s.Port, Count = Samples }, stop))).ConfigureAwait(false);
        ClockOffset measured = ClockSelection.Select(times, ClockAlgorithm.Rfc5905, 1);
        if (random)
        {
            TimeReference picked = TimeReferencePicker.Pick(times, measured, TimePickOrder.Random, seed + _picks++);
            (Offset, Trusted) = (picked.Offset, [(picked.Server, picked.Port)]);
        }
        else
        {
            (Offset, Trusted) = (measured.Offset, [.. measured.Survivor.Select(s => (s.Server, s.Port))]);
        }
        Took = Stopwatch.GetElapsedTime(began);
    }
}
