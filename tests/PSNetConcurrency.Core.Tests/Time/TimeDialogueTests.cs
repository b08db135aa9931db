using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class TimeDialogueTests
{
    private static readonly long Now = new DateTime(2026, 11, 28, 12, 0, 0, DateTimeKind.Utc).Ticks;

    private static ReplyTimes Times => new(Now, Now + 20_000, TimeSpan.FromMilliseconds(3));

    [Fact]
    public void No_bytes_make_a_client_throw_and_none_but_an_answer_is_believed() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        NtpDialogue ntp = new();
        byte[] request = new byte[TimeDialogue.BufferLength];
        ntp.WriteRequest(request);
        Assert.Equal(ReplyVerdict.Discarded, ntp.Judge(bytes, Times));
        _ = new SecondsDialogue(TimeServiceKind.Time).Judge(bytes, Times);
        _ = new SecondsDialogue(TimeServiceKind.Daytime).Judge(bytes, Times);
    });

    [Fact]
    public void No_packet_that_repeats_the_number_makes_a_client_throw() => Gen.Byte.Array[NtpPacket.Length, NtpPacket.Length].Sample(bytes =>
    {
        NtpDialogue ntp = new();
        byte[] request = new byte[TimeDialogue.BufferLength];
        ntp.WriteRequest(request);
        request.AsSpan(NtpPacket.TransmitOffset, NtpTimestamp.Length).CopyTo(bytes.AsSpan(NtpPacket.OriginOffset));
        bytes[0] = (byte)((bytes[0] & 0xC0) | 0x24);
        Assert.NotEqual(ReplyVerdict.Discarded, ntp.Judge(bytes, Times));
        NetworkTime told = ntp.Describe(new NetworkTime { Server = "x", Port = 1, Protocol = TimeServiceKind.Ntp }, ntp.Samples.FirstOrDefault());
        Assert.Equal(bytes[1], told.Stratum);
        Assert.True(ntp.Samples.Count == 1 ^ ntp.Fault is not null);
    });

    [Theory]
    [InlineData(-100, 0, true)]
    [InlineData(100, 20, true)]
    [InlineData(20, 20, false)]
    public void A_clock_that_was_set_meanwhile_is_noticed(int apart, int elapsed, bool stepped)
    {
        ReplyTimes times = new(Now, Now + (apart * TimeSpan.TicksPerMillisecond), TimeSpan.FromMilliseconds(elapsed));
        Assert.Equal(stepped, times.ClockStepped);
        SecondsDialogue dialogue = new(TimeServiceKind.Time);
        dialogue.Judge([0x83, 0xaa, 0x7e, 0x80], times);
        Assert.Equal(stepped, dialogue.Fault?.StartsWith("LocalClockStepped: ", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData("83aa7e80", "1970-01-01")]
    [InlineData("9cbc4480", "1983-05-01")]
    [InlineData("00000000", "2036-02-07 06:28:16")]
    public void The_seconds_of_RFC_868_are_of_the_era_nearest_to_now(string hex, string time)
    {
        SecondsDialogue dialogue = new(TimeServiceKind.Time);
        Assert.Equal(ReplyVerdict.Answered, dialogue.Judge(Convert.FromHexString(hex), Times));
        Assert.Equal(DateTime.Parse(time, null).Ticks, dialogue.Samples[0].T2);
    }

    [Theory]
    [InlineData("Monday, November 23, 2026 14:05:09+01:00\r\n", "Understood", "2026-11-23 13:05:09")]
    [InlineData("Monday, November 23, 2026 14:05:09-0330", "Understood", "2026-11-23 17:35:09")]
    [InlineData("23 NOV 2026 14:05:09 UTC\r\n", "Understood", "2026-11-23 14:05:09")]
    [InlineData("Mon Nov 23 14:05:09 GMT 2026", "Understood", "2026-11-23 14:05:09")]
    [InlineData("2026-11-23T14:05:09Z", "Understood", "2026-11-23 14:05:09")]
    [InlineData("\n61367 26-11-23 14:05:09 00 0 0 123.4 UTC(NIST) * \n", "Understood", "2026-11-23 14:05:09")]
    [InlineData("61367 26-11-23 14:05:09 00 0 2 123.4 UTC(NIST) *", "Unhealthy", "")]
    [InlineData("23 NOV 2026 14:05:09\r\n", "NoTimeZone", "")]
    [InlineData("Mon Nov  3 14:05:09 2026", "NotUnderstood", "")]
    [InlineData("Tue Nov  3 14:05:09 2026\n", "NoTimeZone", "")]
    [InlineData("Tuesday, February 23, 1982 17:37:43-PST", "NoTimeZone", "")]
    [InlineData("14:05:09 UTC", "NotUnderstood", "")]
    [InlineData("hello", "NotUnderstood", "")]
    [InlineData("", "NotUnderstood", "")]
    public void Daytime_is_read_in_the_forms_that_servers_use(string text, string reading, string time)
    {
        Assert.Equal(reading, DaytimeText.Parse(text, out long ticks).ToString());
        if (time.Length > 0)
        {
            Assert.Equal(DateTime.Parse(time, null), new DateTime(ticks));
        }
        SecondsDialogue dialogue = new(TimeServiceKind.Daytime);
        dialogue.Judge(Encoding.ASCII.GetBytes(text), Times);
        Assert.Equal(time.Length > 0, dialogue.Samples.Count == 1);
    }
}
