using System.Buffers;
using System.Text;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Framing;

public class LengthFieldTests
{
    private const string Hello = "HELLO, WORLD";

    // The table in the documentation of Netty's LengthFieldBasedFrameDecoder.
    [Theory]
    [InlineData("000C", "", 0, 2, 0, 0, "000C", "")]
    [InlineData("000C", "", 0, 2, 0, 2, "", "")]
    [InlineData("000E", "", 0, 2, -2, 0, "000E", "")]
    [InlineData("CAFE00000C", "", 2, 3, 0, 0, "CAFE00000C", "")]
    [InlineData("00000CCAFE", "", 0, 3, 2, 0, "00000CCAFE", "")]
    [InlineData("CA000CFE", "", 1, 2, 1, 3, "FE", "")]
    [InlineData("CA0010FE", "", 1, 2, -3, 3, "FE", "")]
    public void Nettys_table(string before, string after, int offset, int size, int adjustment, int strip, string kept, string keptAfter)
    {
        FrameFormat format = FrameFormat.Parse($"LengthField,{size},LengthFieldOffset={offset},LengthAdjustment={adjustment},InitialBytesToStrip={strip}");
        byte[] frame = [.. Convert.FromHexString(before), .. Encoding.ASCII.GetBytes(Hello), .. Convert.FromHexString(after)];
        byte[] expected = [.. Convert.FromHexString(kept), .. Encoding.ASCII.GetBytes(Hello), .. Convert.FromHexString(keptAfter)];
        foreach (int cut in (int[])[1, 3, 100])
        {
            Decoded decoded = Decoded.Of(format, [.. frame, .. frame], cut);
            Assert.Empty(decoded.Errors);
            Assert.Equal([Convert.ToHexString(expected), Convert.ToHexString(expected)], decoded.Payloads.Select(Convert.ToHexString));
        }
    }

    // Netty's prepender calls the adjustment by the opposite sign: field = payload + adjustment (+ field length if inclusive).
    [Theory]
    [InlineData(1, 0, false, "0C")]
    [InlineData(2, 0, false, "000C")]
    [InlineData(2, 0, true, "000E")]
    [InlineData(3, -5, false, "000007")]
    [InlineData(4, 100, true, "00000074")]
    [InlineData(8, 0, false, "000000000000000C")]
    public void Nettys_prepender(int size, int prependerAdjustment, bool inclusive, string field)
    {
        FrameFormat format = FrameFormat.Parse($"LengthField,{size},LengthAdjustment={-prependerAdjustment},LengthIncludesHeader={inclusive}");
        byte[] frame = Encode(format, Hello);
        Assert.Equal(field + Convert.ToHexString(Encoding.ASCII.GetBytes(Hello)), Convert.ToHexString(frame));
        Assert.Equal(Hello, Encoding.ASCII.GetString(Decoded.Of(format, frame, 1).Payloads.Single()));
    }

    [Theory]
    [InlineData("LengthField,2,LengthAdjustment=13", 12, NetError.InvalidArgument)]
    [InlineData("LengthField,1", 256, NetError.MessageTooLarge)]
    [InlineData("LengthField,1,Signed", 128, NetError.MessageTooLarge)]
    [InlineData("LengthField,1,LengthIncludesHeader", 255, NetError.MessageTooLarge)]
    [InlineData("LengthField,2", 65536, NetError.MessageTooLarge)]
    [InlineData("LengthField,3", 16777216, NetError.MessageTooLarge)]
    public void A_length_that_does_not_fit_the_field_is_refused(string format, int length, NetError error) =>
        Assert.Equal(error, Assert.Throws<NetException>(() => FrameFormat.Parse(format).Encode(new byte[length], new ArrayBufferWriter<byte>())).Error);

    [Theory]
    [InlineData("LengthField,8", "FFFFFFFFFFFFFFFE", "negative: -2")]
    [InlineData("LengthField,2,Signed", "FFFE", "negative: -2")]
    [InlineData("LengthField,3,Little,Signed", "FEFFFF", "negative: -2")]
    [InlineData("LengthField,2,LengthAdjustment=-3", "0002", "shorter than its own header")]
    [InlineData("LengthField,2,LengthIncludesHeader", "0001", "shorter than its own header")]
    [InlineData("LengthField,2,InitialBytesToStrip=9", "0002AABB", "can't be stripped")]
    public void A_length_that_can_not_be_is_left_out_and_the_next_frame_read(string words, string bad, string message)
    {
        FrameFormat format = FrameFormat.Parse(words);
        byte[] good = Encode(format, Hello);
        string expected = Encoding.ASCII.GetString(Decoded.Of(format, good, 100).Payloads.Single());
        foreach (int cut in (int[])[1, 2, 7, 1000])
        {
            Decoded decoded = Decoded.Of(format, [.. Convert.FromHexString(bad), .. good, .. good], cut);
            NetException error = Assert.Single(decoded.Errors);
            Assert.Equal(NetError.FrameCorrupted, error.Error);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.Equal([expected, expected], decoded.Payloads.Select(Encoding.ASCII.GetString));
        }
    }

    [Theory]
    [InlineData("LengthField,1", 20)]
    [InlineData("LengthField,2,Little", 21)]
    [InlineData("LengthField,2,LengthIncludesHeader", 21)]
    [InlineData("LengthField,4,LengthFieldOffset=3", 26)]
    [InlineData("Varint", 20)]
    [InlineData("Netstring", 22)]
    [InlineData("Dictionary", 40)]
    [InlineData("ContentLength", 45)]
    [InlineData("Line", 20)]
    [InlineData("Delimiter,<>", 21)]
    public void A_frame_above_the_maximum_is_an_error_and_the_next_is_read(string words, int maximum)
    {
        FrameFormat format = FrameFormat.Parse(words);
        byte[] good = Encode(format, Hello), bad = Encode(format, new string('x', 100));
        foreach (bool failFast in (bool[])[true, false])
        {
            FrameFormat limited = FrameFormat.Parse($"{words},MaximumFrameLength={maximum},FailFast={failFast}");
            for (int cut = 1; cut < 300; cut++)
            {
                Decoded decoded = Decoded.Of(limited, [.. good, .. bad, .. good, .. bad, .. bad, .. good], cut);
                Assert.Equal([Hello, Hello, Hello], decoded.Payloads.Select(Encoding.ASCII.GetString));
                Assert.Equal(3, decoded.Errors.Count);
                Assert.All(decoded.Errors, e => Assert.Equal(NetError.MessageTooLarge, e.Error));
                Assert.False(decoded.Decoder.IsInFrame);
                Assert.Equal((3 * good.Length) + (3 * bad.Length), decoded.Decoder.Position);
            }
        }
    }

    [Fact]
    public void The_error_comes_at_once_or_after_the_whole_frame()
    {
        byte[] bad = Encode(FrameFormat.Parse("LengthField,2"), new string('x', 100));
        Assert.Equal(2, Decoded.Of(FrameFormat.Parse("LengthField,2,MaximumFrameLength=50"), bad, 1).ErrorsAt.Single());
        Assert.Equal(102, Decoded.Of(FrameFormat.Parse("LengthField,2,MaximumFrameLength=50,FailFast=False"), bad, 1).ErrorsAt.Single());
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(14, false)]
    [InlineData(13, false)]
    public void The_maximum_counts_the_whole_frame(int maximum, bool large) =>
        Assert.Equal(large ? 1 : maximum == 14 ? 1 : 0, Decoded.Of(FrameFormat.Parse($"LengthField,2,MaximumFrameLength={maximum}"), Encode(FrameFormat.Parse("LengthField,2"), Hello), 5).Payloads.Count);

    [Theory]
    [InlineData("LengthField,4,Little", "72746275", "1969386610|'rtbu'|72746275|looks like text|other byte order it would be 1920230005")]
    [InlineData("LengthField", "474554202F", "looks like HTTP")]
    [InlineData("LengthField", "485454502F312E31", "looks like HTTP")]
    [InlineData("LengthField", "16030100A5", "looks like TLS|160301")]
    [InlineData("LengthField", "05000000", "other byte order it would be 5")]
    [InlineData("Dictionary", "00000026", "other byte order it would be 38")]
    [InlineData("Dictionary", "504F5354", "looks like HTTP")]
    [InlineData("Dictionary,Big", "68656C6C6F", "'hell'|looks like text")]
    [InlineData("Varint,MaximumFrameLength=10", "160301", "looks like TLS")]
    [InlineData("Netstring", "47455420", "looks like HTTP")]
    [InlineData("ContentLength", "1603010200", "looks like TLS")]
    public void A_bogus_length_tells_what_it_looks_like(string words, string hex, string parts)
    {
        NetException error = Decoded.Of(FrameFormat.Parse(words), Convert.FromHexString(hex), 100).Errors.First();
        Assert.All(parts.Split('|'), part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    internal static byte[] Encode(FrameFormat format, string text)
    {
        ArrayBufferWriter<byte> output = new();
        format.Encode(Encoding.ASCII.GetBytes(text), output);
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>What a decoder made of a stream, with the errors it went past.</summary>
internal sealed record Decoded(FrameDecoder Decoder, List<byte[]> Payloads, List<NetException> Errors, List<int> ErrorsAt)
{
    public static Decoded Of(FrameFormat format, ReadOnlySpan<byte> stream, int cut)
    {
        Decoded decoded = new(new FrameDecoder(format), [], [], []);
        for (int at = 0; at < stream.Length; at += cut)
        {
            int end = Math.Min(at + cut, stream.Length);
            ReadOnlySpan<byte> input = stream[at..end];
            bool more = true;
            while (more)
            {
                try
                {
                    more = decoded.Decoder.TryRead(ref input, out ReadOnlySpan<byte> payload);
                    if (more)
                    {
                        decoded.Payloads.Add(payload.ToArray());
                    }
                }
                catch (NetException e)
                {
                    decoded.Errors.Add(e);
                    decoded.ErrorsAt.Add(end);
                    more = !decoded.Decoder.IsLost;
                }
            }
        }
        return decoded;
    }
}
