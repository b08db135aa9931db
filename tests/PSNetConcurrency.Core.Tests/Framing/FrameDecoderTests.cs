using System.Buffers;
using CsCheck;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Framing;

public class FrameDecoderTests
{
    // Each format with payloads that it can carry.
    private static readonly (string Format, Gen<byte[]> Payload)[] Formats =
    [
        ("Line", Gen.Byte.Select(b => b is (byte)'\n' or (byte)'\r' ? (byte)'x' : b).Array[0, 40]),
        ("LengthField", Gen.Byte.Array[0, 400]),
        ("LengthField,1", Gen.Byte.Array[0, 255]),
        ("LengthField,2,Little", Gen.Byte.Array[0, 400]),
        ("LengthField,3", Gen.Byte.Array[0, 400]),
        ("LengthField,8,Little", Gen.Byte.Array[0, 400]),
        ("FixedSize,7", Gen.Byte.Array[7]),
        ("LengthField,3,Little,LengthFieldOffset=2,LengthAdjustment=-1,LengthIncludesHeader", Gen.Byte.Array[0, 400]),
        ("LengthField,2,Big,LengthAdjustment=-2,Signed", Gen.Byte.Array[0, 400]),
        ("Dictionary", Gen.Byte.Array[0, 400]),
        ("Dictionary,Big,SizeKey=len|size", Gen.Byte.Array[0, 400]),
        ("ContentLength", Gen.Byte.Array[0, 400]),
        ("Varint", Gen.Byte.Array[0, 400]),
        ("Netstring", Gen.Byte.Array[0, 400]),
        ("Delimiter,;;;", Gen.Byte.Select(b => b == ';' ? (byte)1 : b).Array[0, 40]),
        ("Delimiter,--\\0", Gen.Byte.Select(b => b == 0 ? (byte)1 : b).Array[0, 40]),
    ];

    public static TheoryData<string> FormatNames => [.. Formats.Select(f => f.Format)];

    [Theory]
    [MemberData(nameof(FormatNames))]
    public void Any_cut_of_the_stream_decodes_to_the_same_messages(string name)
    {
        FrameFormat format = FrameFormat.Parse(name);
        Gen.Select(Formats.Single(f => f.Format == name).Payload.Array[0, 20], Gen.OneOf(Gen.Int[1, 50], Gen.Int[1, 3], Gen.Const(1), Gen.Int[200, 3000]).Array[1, 30]).Sample((messages, cuts) =>
        {
            ArrayBufferWriter<byte> stream = new();
            foreach (byte[] message in messages)
            {
                format.Encode(message, stream);
            }
            List<byte[]> decoded = Decode(format, stream.WrittenSpan, cuts, out ReadOnlyMemory<byte> rest);
            return rest.IsEmpty && decoded.Count == messages.Length && decoded.Zip(messages).All(p => p.First.AsSpan().SequenceEqual(p.Second));
        });
    }

    [Theory]
    [MemberData(nameof(FormatNames))]
    public void Random_bytes_never_do_worse_than_a_clear_error(string name)
    {
        FrameFormat format = FrameFormat.Parse(name).WithMaximum(500);
        Gen.Select(Gen.Byte.Array[0, 2000], Gen.Int[1, 50].Array[1, 10]).Sample((bytes, cuts) =>
        {
            try
            {
                Decode(format, bytes, cuts, out ReadOnlyMemory<byte> rest);
                return rest.Length <= 500 + 50;
            }
            catch (NetException e)
            {
                return e.Error is NetError.MessageTooLarge or NetError.FrameCorrupted;
            }
        }, iter: 20_000);
    }

    [Fact]
    public void A_frame_that_lies_whole_in_the_input_is_not_copied()
    {
        FrameDecoder decoder = new(FrameFormat.Parse("LengthField,2"));
        byte[] input = [0, 3, 1, 2, 3, 0, 1, 9];
        ReadOnlySpan<byte> left = input;
        Assert.True(decoder.TryRead(ref left, out ReadOnlySpan<byte> payload));
        Assert.True(input.AsSpan(2, 3).Overlaps(payload, out int offset) && offset == 0);
        Assert.True(decoder.TryRead(ref left, out payload));
        Assert.Equal([9], payload.ToArray());
        Assert.False(decoder.TryRead(ref left, out _));
    }

    [Theory]
    [InlineData("Line", 10, "12345678901")]
    [InlineData("Line", 10, "1234567890\n")]
    [InlineData("Delimiter,;", 10, "12345678901;")]
    public void A_frame_above_the_maximum_is_an_error(string name, int maximum, string text) =>
        Assert.Equal(NetError.MessageTooLarge, Assert.Throws<NetException>(() => Decode(FrameFormat.Parse(name).WithMaximum(maximum), System.Text.Encoding.ASCII.GetBytes(text), [3], out _)).Error);

    [Fact]
    public void The_maximum_itself_is_taken()
    {
        Assert.Equal("123456789", System.Text.Encoding.ASCII.GetString(Decode(FrameFormat.Parse("Line").WithMaximum(10), "123456789\n"u8, [1], out _).Single()));
        Assert.Equal(6, Decode(FrameFormat.Parse("LengthField").WithMaximum(10), [0, 0, 0, 6, 1, 2, 3, 4, 5, 6], [1], out _).Single().Length);
    }

    [Fact]
    public void A_limit_below_the_length_field_is_refused() =>
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => FrameFormat.Parse("LengthField").WithMaximum(3)).Error);

    [Fact]
    public void A_length_that_is_text_says_so()
    {
        NetException e = Assert.Throws<NetException>(() => Decode(FrameFormat.Parse("LengthField,4,Little"), "rtbu some words"u8, [4], out _));
        Assert.Contains("'rtbu'", e.Message, StringComparison.Ordinal);
        Assert.Contains("72746275", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_length_in_the_other_byte_order_says_so() =>
        Assert.Contains("other byte order it would be 5", Assert.Throws<NetException>(() => Decode(FrameFormat.Parse("LengthField"), [5, 0, 0, 0], [4], out _)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("None", "None")]
    [InlineData("line", "Line")]
    [InlineData("LengthField", "LengthField,4,Big")]
    [InlineData("lengthfield,2,little", "LengthField,2,Little")]
    [InlineData("FixedSize,16", "FixedSize,16")]
    [InlineData("Delimiter,\\0", "Delimiter,\\x00")]
    [InlineData("Delimiter,a\\\\,b", "Delimiter,a\\\\,b")]
    [InlineData("Delimiter,\\xff\\u00fc,", "Delimiter,\\xffü,")]
    [InlineData("Delimiter,x,MaximumFrameLength=20,FailFast=false", "Delimiter,x,MaximumFrameLength=20,FailFast=False")]
    [InlineData("Delimiter,\\x2cFailFast", "Delimiter,\\x2cFailFast")]
    [InlineData("Delimiter,\\x46ailFast", "Delimiter,\\x46ailFast")]
    [InlineData("Delimiter,\\x46ailFast,MaximumFrameLength=20", "Delimiter,\\x46ailFast,MaximumFrameLength=20")]
    [InlineData("dictionary", "Dictionary")]
    [InlineData("Dictionary,Big", "Dictionary,Big")]
    [InlineData("Dictionary,Little,SizeKey=len|a\\x2cb\\x7cc,NameKey=my name,DigestKey=sha256,MaximumHeaderLength=100", "Dictionary,SizeKey=len|a\\x2cb\\x7cc,NameKey=my\\x20name,DigestKey=sha256,MaximumHeaderLength=100")]
    [InlineData("Varint", "Varint")]
    [InlineData("netstring,MaximumFrameLength=99", "Netstring,MaximumFrameLength=99")]
    [InlineData("ContentLength,MaximumHeaderLength=200", "ContentLength,MaximumHeaderLength=200")]
    [InlineData("LengthField,ByteOrder=Little,Signed", "LengthField,4,Little,Signed")]
    [InlineData("LengthField,3,LengthFieldOffset=2,LengthAdjustment=-5,InitialBytesToStrip=0,LengthIncludesHeader=False", "LengthField,3,Big,LengthFieldOffset=2,LengthAdjustment=-5,InitialBytesToStrip=0")]
    [InlineData("LengthField,8,Little,LengthIncludesHeader,MaximumFrameLength=70000,FailFast=False", "LengthField,8,Little,LengthIncludesHeader,MaximumFrameLength=70000,FailFast=False")]
    public void A_format_prints_as_it_can_be_typed(string typed, string printed)
    {
        Assert.Equal(printed, FrameFormat.Parse(typed).ToString());
        Assert.Equal(printed, FrameFormat.Parse(printed).ToString());
    }

    [Theory]
    [InlineData("Nonsense")]
    [InlineData("LengthField,5")]
    [InlineData("LengthField,2,Middle")]
    [InlineData("FixedSize")]
    [InlineData("FixedSize,x")]
    [InlineData("Delimiter")]
    [InlineData("Delimiter,")]
    [InlineData("Delimiter,FailFast")]
    [InlineData("Delimiter,MaximumFrameLength=20,FailFast=False")]
    [InlineData("Delimiter,,FailFast")]
    [InlineData("Delimiter,\\q")]
    [InlineData("Line,3")]
    [InlineData("Line,Big")]
    [InlineData("Varint,LengthFieldOffset=1")]
    [InlineData("Dictionary,NameKey=")]
    [InlineData("Dictionary,SizeKey=")]
    [InlineData("LengthField,2,MaximumFrameLength=0")]
    [InlineData("LengthField,2,Nonsense=1")]
    [InlineData("LengthField,2,InitialBytesToStrip=-1")]
    [InlineData("LengthField,1,Size=3")]
    [InlineData("LengthField,4,LengthFieldOffset=7,MaximumFrameLength=10")]
    [InlineData("3")]
    [InlineData("")]
    public void A_format_that_is_none_is_refused(string text) =>
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => FrameFormat.Parse(text)).Error);

    [Theory]
    [InlineData("Line", "a\nb")]
    [InlineData("Delimiter,;", "a;b")]
    [InlineData("FixedSize,3", "abcd")]
    [InlineData("Line", "a\r")]
    [InlineData("Delimiter,--", "a-")]
    public void A_message_that_would_break_its_frame_is_refused(string name, string text) =>
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => FrameFormat.Parse(name).Encode(System.Text.Encoding.ASCII.GetBytes(text), new ArrayBufferWriter<byte>())).Error);

    private static List<byte[]> Decode(FrameFormat format, ReadOnlySpan<byte> stream, int[] cuts, out ReadOnlyMemory<byte> rest)
    {
        FrameDecoder decoder = new(format);
        List<byte[]> messages = [];
        for (int cut = 0; !stream.IsEmpty; cut++)
        {
            int n = Math.Min(cuts[cut % cuts.Length], stream.Length);
            ReadOnlySpan<byte> input = stream[..n];
            stream = stream[n..];
            while (decoder.TryRead(ref input, out ReadOnlySpan<byte> payload))
            {
                messages.Add(payload.ToArray());
            }
        }
        rest = decoder.Unfinished;
        return messages;
    }
}
