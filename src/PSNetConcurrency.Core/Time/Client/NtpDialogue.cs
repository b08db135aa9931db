using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// The client's side of SNTP (RFC 5905, 14). The request tells nothing of this machine: in place of its time it carries a
/// random number, which only an answer to it can repeat (draft-ietf-ntp-data-minimization).
/// </summary>
internal sealed class NtpDialogue : TimeDialogue
{
    /// <summary>A clock may wander so much a second (RFC 5905, PHI).</summary>
    public const double Wander = 15e-6;

    /// <summary>What is added at least for the way (ntpd's MINDISPERSE; RFC 5905 leaves MINDISP to be chosen).</summary>
    public const long LeastDelay = TimeSpan.TicksPerMillisecond;

    /// <summary>A server further from its reference clock is not used (ntpd's MAXDISTANCE; RFC 5905 leaves MAXDIST to be chosen).</summary>
    public static readonly TimeSpan LargestDistance = TimeSpan.FromSeconds(1.5);

    /// <summary>What the clock of .NET resolves, 100 ns, as a power of 2.</summary>
    public const sbyte LocalPrecision = -23;

    // That of a client that does not tell.
    private const sbyte UntoldPrecision = 0x20;

    // MAXDISP of RFC 5905.
    private static readonly TimeSpan LargestRoot = TimeSpan.FromSeconds(16);

    // What clocks that are read at different places may disagree about a moment.
    private const long Granularity = TimeSpan.TicksPerMillisecond;

    private NtpTimestamp _asked;
    private NtpPacket? _told;
    private ReplyTimes _toldAt;

    public override int WriteRequest(Span<byte> buffer)
    {
        Span<byte> random = stackalloc byte[NtpTimestamp.Length];
        do
        {
            RandomNumberGenerator.Fill(random);
            _asked = new NtpTimestamp(BinaryPrimitives.ReadUInt64LittleEndian(random));
        }
        while (_asked.IsZero);
        new NtpPacket { Version = NtpPacket.LatestVersion, Mode = NtpPacket.Client, Precision = UntoldPrecision, Transmit = _asked }.Write(buffer);
        return NtpPacket.Length;
    }

    public override ReplyVerdict Judge(ReadOnlySpan<byte> reply, ReplyTimes times)
    {
        if (!NtpPacket.TryRead(reply, out NtpPacket packet))
        {
            return Discard(TimeProblem.Malformed, $"{reply.Length} bytes came, and an NTP packet has {NtpPacket.Length} at least. Something else listens on that port.");
        }
        if (packet.Version is < NtpPacket.OldestVersion or > NtpPacket.LatestVersion)
        {
            return Discard(TimeProblem.WrongVersion, $"the answer says it is of version {packet.Version}. Something else listens on that port.");
        }
        if (packet.Mode != NtpPacket.Server)
        {
            return Discard(TimeProblem.WrongMode, $"the answer is of mode {packet.Mode}, and a server's is of mode {NtpPacket.Server}. Something else listens on that port.");
        }
        if (_asked.IsZero || packet.Origin != _asked)
        {
            return Discard(TimeProblem.OriginMismatch, "what came does not repeat the number that was sent: it is forged, replayed or late, and the server's own answer did not come.");
        }
        // A copy of it answers nothing any more.
        _asked = default;
        _told = packet;
        _toldAt = times;
        return JudgeAnswer(packet, times);
    }

    public override NetworkTime Describe(NetworkTime result, TimeSample? best)
    {
        if (_told is not { } packet)
        {
            return result;
        }
        result = result with
        {
            Stratum = packet.Stratum,
            ReferenceId = NtpReferenceId.ToText(packet.ReferenceId, packet.Stratum),
            LeapIndicator = packet.Leap,
            Precision = packet.Precision,
            RootDelay = NtpShort.ToTimeSpan(packet.RootDelay),
            RootDispersion = NtpShort.ToTimeSpan(packet.RootDispersion),
        };
        return best is not null ? result : result with
        {
            T1 = LocalTime.From(_toldAt.T1),
            T2 = packet.Receive.IsZero ? null : LocalTime.From(packet.Receive.ToTicks(_toldAt.T1)),
            T3 = packet.Transmit.IsZero ? null : LocalTime.From(packet.Transmit.ToTicks(_toldAt.T1)),
            T4 = LocalTime.From(_toldAt.T4),
        };
    }

    private ReplyVerdict JudgeAnswer(NtpPacket packet, ReplyTimes times)
    {
        if (packet.Stratum == 0)
        {
            KissCode = NtpReferenceId.ToText(packet.ReferenceId, 0);
            _ = Faulty(TimeProblem.KissOfDeath, NtpKiss.Explain(KissCode));
            return NtpKiss.Forbids(KissCode) ? ReplyVerdict.Ended : ReplyVerdict.Answered;
        }
        if (packet.Leap == LeapIndicator.Unsynchronized || packet.Stratum == NtpPacket.UnsynchronizedStratum)
        {
            return Faulty(TimeProblem.Unsynchronized, $"the server says that its clock is not synchronized (leap indicator {(int)packet.Leap}, stratum {packet.Stratum}).");
        }
        if (packet.Stratum > NtpPacket.UnsynchronizedStratum)
        {
            return Faulty(TimeProblem.BadStratum, $"there is no stratum {packet.Stratum}; servers have 1 to 15.");
        }
        if (packet.Transmit.IsZero || packet.Receive.IsZero)
        {
            return Faulty(TimeProblem.BadTimestamp, "the answer does not tell when it left, or when the request arrived.");
        }
        if (packet.Transmit - packet.Receive < 0)
        {
            return Faulty(TimeProblem.BadTimestamp, "by its own times the server answered before it was asked.");
        }
        if (!packet.Reference.IsZero && packet.Transmit - packet.Reference < 0)
        {
            return Faulty(TimeProblem.BadTimestamp, "the server says that its clock was last set after the answer left.");
        }
        return times.ClockStepped ? Stepped() : Take(packet, times);
    }

    private ReplyVerdict Take(NtpPacket packet, ReplyTimes times)
    {
        (long offset, long delay) = NtpTimestamp.Solve(NtpTimestamp.FromTicks(times.T1), packet.Receive, packet.Transmit, NtpTimestamp.FromTicks(times.T4));
        if (delay < -Granularity)
        {
            return Faulty(TimeProblem.ImpossibleDelay, $"the server says that it took {TimeWords.Of(TimeSpan.FromTicks(times.T4 - times.T1 - delay))} to answer, which is longer than the {TimeWords.Of(TimeSpan.FromTicks(times.T4 - times.T1))} until the answer was here.");
        }
        delay = Math.Max(0, delay);
        TimeSpan rootDelay = NtpShort.ToTimeSpan(packet.RootDelay), rootDispersion = NtpShort.ToTimeSpan(packet.RootDispersion);
        TimeSpan dispersion = NtpPacket.ToTimeSpan(packet.Precision) + NtpPacket.ToTimeSpan(LocalPrecision) + (Wander * TimeSpan.FromTicks(times.T4 - times.T1).Duration());
        TimeSpan root = (rootDelay / 2) + rootDispersion;
        TimeSpan distance = (TimeSpan.FromTicks(Math.Max(LeastDelay, rootDelay.Ticks + delay)) / 2) + rootDispersion + dispersion;
        if (root >= LargestRoot || distance > LargestDistance)
        {
            return Faulty(TimeProblem.RootDistance, $"the time may be wrong by {TimeWords.Of(distance)} (root delay {TimeWords.Of(rootDelay)}, root dispersion {TimeWords.Of(rootDispersion)}, delay {TimeWords.Of(TimeSpan.FromTicks(delay))}); more than {TimeWords.Of(LargestDistance)} is not used.");
        }
        Samples.Add(new TimeSample(times.T1, packet.Receive.ToTicks(times.T1), packet.Transmit.ToTicks(times.T1), times.T4, offset, delay, distance.Ticks));
        return ReplyVerdict.Answered;
    }
}
