using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PSNetConcurrency.Core.Time;

/// <summary>What one server told a node, at best.</summary>
/// <param name="Offset">How far the server is ahead of the node's clock, in ticks.</param>
/// <param name="Delay">How long the packets were on their way.</param>
/// <param name="Timestamp">When it was asked, by <see cref="Stopwatch.GetTimestamp"/>.</param>
internal readonly record struct NodeSample(long Offset, long Delay, long Timestamp);

/// <summary>
/// Asks time servers, on the node itself, how far its clock is off: SNTP (RFC 5905, 14) on plain sockets, since nothing else
/// travels to a node. Which servers are to be believed was found out before; here their median counts.
/// </summary>
internal sealed class NodeClock(IReadOnlyList<(string Host, int Port)> servers, TimeSpan shift)
{
    private const int LoopbackSamples = 8;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1), LeastLimit = TimeSpan.FromMilliseconds(1);
    private readonly NodeSample?[] _best = new NodeSample?[servers.Count];
    private readonly IPEndPoint?[] _remotes = new IPEndPoint?[servers.Count];

    /// <summary>Why the last server that failed did.</summary>
    public string Problem { get; private set; } = "there is no time server to ask";

    /// <summary>The node's own clock, in ticks of UTC; in a trial it is as wrong as was asked for.</summary>
    public long Now => DateTime.UtcNow.Ticks + shift.Ticks;

    /// <summary>Asks all servers; a server of this machine several times, as that costs nobody anything.</summary>
    public void Measure()
    {
        for (int i = 0; i < servers.Count; i++)
        {
            Measure(i, AnswerLimit);
        }
    }

    /// <summary>Asks once more within a limit, those first that have answered before; a server whose name was not found is left out.</summary>
    public void MeasureAgain(TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp();
        int[] known = [.. Enumerable.Range(0, servers.Count).Where(i => _remotes[i] is not null).OrderBy(i => _best[i] is null)];
        for (int i = 0; i < known.Length; i++)
        {
            // A server that is silent takes its share, and not the others'.
            TimeSpan share = (limit - Stopwatch.GetElapsedTime(began)) / (known.Length - i);
            if (share < LeastLimit)
            {
                return;
            }
            Measure(known[i], share < AnswerLimit ? share : AnswerLimit);
        }
    }

    /// <summary>How far the reference is ahead of <see cref="Now"/>, by the median of the servers; and how wrong that can be by the way alone. Null where none has answered.</summary>
    public (long Offset, long Error)? Offset
    {
        get
        {
            NodeSample[] found = [.. _best.Where(s => s is not null).Select(s => s!.Value).OrderBy(s => s.Offset)];
            if (found.Length == 0)
            {
                return null;
            }
            NodeSample low = found[(found.Length - 1) / 2], high = found[found.Length / 2];
            return (low.Offset + ((high.Offset - low.Offset) / 2), (Math.Max(low.Delay, high.Delay) + 1) / 2);
        }
    }

    private void Measure(int server, TimeSpan limit)
    {
        try
        {
            Ask(server, limit);
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            Problem = $"{servers[server].Host}:{servers[server].Port}: {e.Message}";
        }
    }

    private void Ask(int server, TimeSpan limit)
    {
        IPEndPoint remote = _remotes[server] ??= new(Dns.GetHostAddresses(servers[server].Host)[0], servers[server].Port);
        using Socket socket = new(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(remote);
        int samples = IPAddress.IsLoopback(remote.Address) ? LoopbackSamples : 1;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < samples; i++)
        {
            TimeSpan left = limit - Stopwatch.GetElapsedTime(began);
            if (left < LeastLimit)
            {
                return;
            }
            socket.ReceiveTimeout = (int)left.TotalMilliseconds;
            if (Ask(socket, left) is { } sample && !(_best[server] is { } best && Worth(best) <= sample.Delay))
            {
                _best[server] = sample;
            }
        }
    }

    // A sample grows old: clocks wander, by as much as RFC 5905 allows for.
    private static long Worth(NodeSample sample) => sample.Delay + (long)(Stopwatch.GetElapsedTime(sample.Timestamp).Ticks * 30e-6);

    private NodeSample? Ask(Socket socket, TimeSpan limit)
    {
        Span<byte> packet = stackalloc byte[NtpPacket.Length], random = stackalloc byte[NtpTimestamp.Length];
        RandomNumberGenerator.Fill(random);
        random[0] |= 1;
        NtpTimestamp asked = NtpTimestamp.Read(random);
        new NtpPacket { Version = NtpPacket.LatestVersion, Mode = NtpPacket.Client, Transmit = asked }.Write(packet);
        long timestamp = Stopwatch.GetTimestamp(), t1 = Now;
        socket.Send(packet);
        while (Stopwatch.GetElapsedTime(timestamp) < limit)
        {
            int length = socket.Receive(packet);
            long t4 = Now, elapsed = Stopwatch.GetElapsedTime(timestamp).Ticks;
            if (length < NtpPacket.Length || !NtpPacket.TryRead(packet, out NtpPacket answer) || answer.Mode != NtpPacket.Server || answer.Origin != asked)
            {
                continue;
            }
            if (answer.Stratum is 0 or >= NtpPacket.UnsynchronizedStratum || answer.Leap == LeapIndicator.Unsynchronized || answer.Transmit.IsZero || Math.Abs(t4 - t1 - elapsed) > TimeSpan.TicksPerMillisecond)
            {
                return null;
            }
            (long offset, long delay) = NtpTimestamp.Solve(NtpTimestamp.FromTicks(t1), answer.Receive, answer.Transmit, NtpTimestamp.FromTicks(t4));
            return new NodeSample(offset, Math.Max(0, delay), timestamp);
        }
        return null;
    }
}
