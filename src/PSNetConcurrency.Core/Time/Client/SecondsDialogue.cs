using System.Buffers.Binary;
using System.Text;
using PSNetConcurrency.Core.Net.Server.Services;

namespace PSNetConcurrency.Core.Time;

/// <summary>The client's side of RFC 868 (Time) and 867 (Daytime): whatever is sent, the answer is the time, in whole seconds.</summary>
internal sealed class SecondsDialogue(TimeServiceKind kind) : TimeDialogue
{
    private const long Half = TimeSpan.TicksPerSecond / 2;
    private const int ShownLength = 64;

    /// <summary>Whether over TCP the whole answer has come.</summary>
    public bool IsComplete(ReadOnlySpan<byte> reply) => kind == TimeServiceKind.Time ? reply.Length >= TimeProtocol.Length : reply.Length >= BufferLength;

    // RFC 868 has an empty datagram, RFC 867 any.
    public override int WriteRequest(Span<byte> buffer) => 0;

    public override ReplyVerdict Judge(ReadOnlySpan<byte> reply, ReplyTimes times)
    {
        long told;
        if (kind == TimeServiceKind.Time)
        {
            if (reply.Length != TimeProtocol.Length)
            {
                return Discard(TimeProblem.Malformed, $"{reply.Length} bytes came, and RFC 868 has {TimeProtocol.Length}. Something else listens on that port.");
            }
            // The same seconds as NTP's, which begin again in 2036.
            told = new NtpTimestamp((ulong)BinaryPrimitives.ReadUInt32BigEndian(reply) << 32).ToTicks(times.T1);
        }
        else
        {
            string text = Encoding.ASCII.GetString(reply[..Math.Min(reply.Length, BufferLength)]);
            switch (DaytimeText.Parse(text, out told))
            {
                case DaytimeReading.NoTimeZone:
                    return Faulty(TimeProblem.NoTimeZone, $"'{Shown(text)}' does not say of which time zone it is.");
                case DaytimeReading.Unhealthy:
                    return Faulty(TimeProblem.Unsynchronized, $"'{Shown(text)}' says that the server's clock may be wrong.");
                case DaytimeReading.NotUnderstood:
                    return Discard(TimeProblem.Malformed, $"'{Shown(text)}' is no date and time that is understood.");
            }
        }
        if (times.ClockStepped)
        {
            return Stepped();
        }
        // What is told is the second in which some moment between the two lay.
        long delay = Math.Max(0, times.T4 - times.T1), offset = told + Half - (times.T1 + (delay / 2));
        Samples.Add(new TimeSample(times.T1, told, told, times.T4, offset, delay, Half + (delay / 2)));
        return ReplyVerdict.Answered;
    }

    public override NetworkTime Describe(NetworkTime result, TimeSample? best) => best is null ? result : result with { Precision = 0 };

    private static string Shown(string text)
    {
        string clean = new([.. text.Trim().Select(c => char.IsControl(c) ? ' ' : c)]);
        return clean.Length > ShownLength ? clean[..ShownLength] + "…" : clean;
    }
}
