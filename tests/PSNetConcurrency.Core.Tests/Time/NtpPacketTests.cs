using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class NtpPacketTests
{
    private const string Request = "e30003fa000100000001000000000000000000000000000000000000000000000000000000000000e2270f77a204b0d4";
    private const string Response = "240103e0000000000000000a46422020e2270c0800000000e2270f77a204b0d4e2270f77a2071e30e2270f77a21c2506";

    [Fact]
    public void A_request_is_read_and_written()
    {
        NtpPacket packet = Read(Request);
        Assert.Equal((LeapIndicator.Unsynchronized, 4, 3, 0, 3, -6), (packet.Leap, packet.Version, packet.Mode, packet.Stratum, packet.Poll, packet.Precision));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), (NtpShort.ToTimeSpan(packet.RootDelay), NtpShort.ToTimeSpan(packet.RootDispersion)));
        Assert.Equal((3794210679ul << 32) + 2718216404, packet.Transmit.Value);
        Assert.Equal(Request, Write(packet));
    }

    [Fact]
    public void A_response_is_read_and_written()
    {
        NtpPacket packet = Read(Response);
        Assert.Equal((LeapIndicator.NoWarning, 4, 4, 1, -32, "FB"), (packet.Leap, packet.Version, packet.Mode, packet.Stratum, packet.Precision, NtpReferenceId.ToText(packet.ReferenceId, packet.Stratum)));
        Assert.Equal(37.036e-6, Seconds(packet.Receive - packet.Origin), 1e-9);
        Assert.Equal(320.842e-6, Seconds(packet.Transmit - packet.Receive), 1e-9);
        Assert.Equal(Response, Write(packet));

        static double Seconds(long units) => units / 4294967296d;
    }

    [Fact]
    public void Any_48_bytes_are_a_packet_that_is_written_as_it_was_and_fewer_are_none() => Gen.Byte.Array[0, 100].Sample(bytes =>
    {
        bool read = NtpPacket.TryRead(bytes, out NtpPacket packet);
        Assert.Equal(bytes.Length >= NtpPacket.Length, read);
        if (read)
        {
            byte[] written = new byte[NtpPacket.Length];
            packet.Write(written);
            Assert.Equal(bytes[..NtpPacket.Length], written);
            Assert.InRange(NtpPacket.ToTimeSpan(packet.Precision), TimeSpan.Zero, TimeSpan.MaxValue);
            Assert.NotNull(NtpReferenceId.ToText(packet.ReferenceId, packet.Stratum));
        }
    });

    [Theory]
    [InlineData(0x44454e59u, 0, "DENY")]
    [InlineData(0x52415445u, 0, "RATE")]
    [InlineData(0x00000000u, 0, "")]
    [InlineData(0x07415445u, 0, "")]
    [InlineData(0x47505300u, 1, "GPS")]
    [InlineData(0x7f7f0101u, 1, "127.127.1.1")]
    [InlineData(0xc0000201u, 2, "192.0.2.1")]
    [InlineData(0x47505300u, 2, "71.80.83.0")]
    public void Reference_identifiers_are_shown_as_the_stratum_has_it(uint id, int stratum, string text) => Assert.Equal(text, NtpReferenceId.ToText(id, stratum));

    [Fact]
    public void Reference_identifiers_are_words_or_addresses()
    {
        Assert.Equal((0x47505300u, 0xc0000201u), (NtpReferenceId.Parse("GPS"), NtpReferenceId.Parse("192.0.2.1")));
        foreach (string wrong in new[] { "", "FIVER", "a b", "2001:db8::1", "é" })
        {
            Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => NtpReferenceId.Parse(wrong)).Error);
        }
    }

    private static NtpPacket Read(string hex)
    {
        Assert.True(NtpPacket.TryRead(Convert.FromHexString(hex), out NtpPacket packet));
        return packet;
    }

    private static string Write(NtpPacket packet)
    {
        byte[] bytes = new byte[NtpPacket.Length];
        packet.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
