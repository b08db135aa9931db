using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>What an NTP server tells beside the truth.</summary>
internal sealed record NtpServiceOptions
{
    /// <summary>The most an offset may be: beyond, clients can't tell the era.</summary>
    public static readonly TimeSpan LargestOffset = TimeSpan.FromDays(68 * 365);

    public ShiftedClock Clock { get; init; } = new(TimeSpan.Zero, TimeSpan.Zero, 0);

    public int Stratum { get; init; } = 10;

    /// <summary>As <see cref="NtpReferenceId.Parse"/> reads it. This one is what servers say that follow their own clock.</summary>
    public string ReferenceId { get; init; } = "127.127.1.1";

    public LeapIndicator LeapIndicator { get; init; }

    public TimeSpan RootDelay { get; init; }

    public TimeSpan RootDispersion { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What is sent in place of the time; null for none.</summary>
    public string? KissCode { get; init; }

    public AnswerDropper Dropper { get; init; } = new(0, 0);

    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: the reference identifier or the kiss code can't be sent.</exception>
    public NtpPacket ToPacket() => new()
    {
        Leap = KissCode is null ? LeapIndicator : LeapIndicator.Unsynchronized,
        Stratum = KissCode is null ? (byte)Stratum : (byte)0,
        Precision = NtpDialogue.LocalPrecision,
        RootDelay = NtpShort.FromTimeSpan(RootDelay),
        RootDispersion = NtpShort.FromTimeSpan(RootDispersion),
        ReferenceId = NtpReferenceId.Parse(KissCode ?? ReferenceId),
    };
}
