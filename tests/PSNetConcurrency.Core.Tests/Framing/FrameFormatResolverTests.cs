using System.Buffers;
using System.Collections.Specialized;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Framing;

namespace PSNetConcurrency.Core.Tests.Framing;

public class FrameFormatResolverTests
{
    private static readonly string[] Words = ["hello", "temperature 21.5", "GET key-17", "ok", "user=ann action=login", "grüße", "a longer message that says nothing in particular, over and over", "{\"id\":7,\"op\":\"add\"}", "error: not found", "x"];

    private static readonly Gen<byte[]> Text = Gen.Int[0, Words.Length - 1].Select(i => Words[i]).Array[1, 4].Select(w => Encoding.UTF8.GetBytes(string.Join(' ', w)));
    private static readonly Gen<byte[]> Binary = Gen.Byte.Array[1, 400];
    private static readonly Gen<byte[]> Mixed = Gen.OneOf(Text, Binary);

    public static TheoryData<string> Names =>
    [
        "LengthField,4,Big", "LengthField,4,Little", "LengthField,2,Big", "LengthField,2,Little", "LengthField,3,Big", "LengthField,8,Big", "LengthField,8,Little",
        "LengthField,4,Big,LengthIncludesHeader", "LengthField,2,Little,LengthIncludesHeader", "Netstring", "ContentLength", "Dictionary", "Dictionary,Big",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ranks_the_right_format_first(string name) =>
        Gen.Select(Gen.OneOf(Mixed.Array[4, 40], Text.Array[6, 60]), Gen.Int[0, 3]).Sample((messages, cut) => First(name, messages, cut));

    [Fact]
    public void Ranks_lines_first() => Text.Array[3, 40].Sample(messages => First("Line", messages, 0));

    [Theory]
    [InlineData("Delimiter,\\0")]
    [InlineData("Delimiter,;")]
    [InlineData("Delimiter,<EOF>")]
    public void Ranks_delimiters_first(string name) => Text.Array[4, 40].Sample(messages => First(name, messages, 0));

    [Fact]
    public void Ranks_varints_first_where_a_length_needs_two_bytes() =>
        Gen.Byte.Array[100, 300].Array[8, 40].Sample(messages => messages.All(m => m.Length < 128) || First("Varint", messages, 0));

    [Fact]
    public void Short_varints_are_cut_as_they_must_be() =>
        Text.Array[8, 40].Where(all => all.All(m => m.Length < 128)).Sample(messages =>
        {
            byte[] capture = Encode(FrameFormat.Parse("Varint"), messages);
            FrameFormat best = FrameFormatResolver.Resolve(capture)[0].Format;
            return Decoded.Of(best, capture, capture.Length).Payloads.Select(Convert.ToHexString).SequenceEqual(messages.Select(Convert.ToHexString));
        });

    [Fact]
    public void Ranks_records_of_one_size_first() =>
        Gen.Select(Gen.Int[8, 60], Gen.Int[10, 60], Gen.Byte.Array[60]).Sample((size, count, noise) =>
        {
            // A magic number, a counter, a measurement, padding.
            byte[] capture = new byte[size * count];
            for (int i = 0; i < count; i++)
            {
                Span<byte> record = capture.AsSpan(i * size, size);
                record[0] = 0xA5;
                record[1] = 0x5A;
                record[2] = (byte)i;
                record[4] = noise[i % 60];
                record[5] = noise[(i * 7) % 60];
            }
            return First($"FixedSize,{size}", capture, count);
        });

    [Fact]
    public void Finds_the_key_that_holds_the_size()
    {
        FrameFormat format = FrameFormat.Parse("Dictionary,SizeKey=bytes");
        ArrayBufferWriter<byte> output = new();
        for (int i = 0; i < 3; i++)
        {
            format.Encode(new OrderedDictionary { ["name"] = $"f{i}", ["part"] = i }, new byte[100 + i], output);
        }
        Assert.Equal("Dictionary,SizeKey=bytes", FrameFormatResolver.Resolve(output.WrittenSpan)[0].Format.ToString());
    }

    [Fact]
    public void Says_nothing_of_noise() =>
        Gen.Byte.Array[200, 5000].Sample(noise => FrameFormatResolver.Resolve(noise).All(c => c.Score < 0.6));

    [Fact]
    public void Says_nothing_of_nothing() => Assert.Empty(FrameFormatResolver.Resolve([]));

    private static bool First(string name, byte[][] messages, int cut)
    {
        byte[] capture = Encode(FrameFormat.Parse(name), messages);
        capture = capture[..^Math.Min(cut, messages[^1].Length - 1)];
        return First(FrameFormat.Parse(name).ToString(), capture, messages.Length);
    }

    private static bool First(string name, byte[] capture, int messages)
    {
        FrameFormatCandidate best = FrameFormatResolver.Resolve(capture)[0];
        return best.Format.ToString() == name ? true
            : throw new Xunit.Sdk.XunitException($"{best.Format} ({best.Score}, {best.Reason}) before {name}; of {messages} messages, all:\n{string.Join('\n', FrameFormatResolver.Resolve(capture).Select(c => $"{c.Score} {c.Format} {c.Reason}"))}");
    }

    private static byte[] Encode(FrameFormat format, byte[][] messages)
    {
        ArrayBufferWriter<byte> output = new();
        foreach (byte[] message in messages)
        {
            format.Encode(message, output);
        }
        return output.WrittenSpan.ToArray();
    }
}
