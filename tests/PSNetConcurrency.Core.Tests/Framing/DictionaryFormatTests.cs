using System.Buffers;
using System.Collections;
using System.Collections.Specialized;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Framing;

public class DictionaryFormatTests
{
    [Theory]
    [InlineData("Dictionary", "26000000")]
    [InlineData("Dictionary,Big", "00000026")]
    public void The_courses_frame(string words, string length)
    {
        byte[] header = """{"file_name": "a.bin", "file_size": 5}"""u8.ToArray();
        byte[] frame = [.. Convert.FromHexString(length), .. header, .. "hello"u8];
        for (int cut = 1; cut <= frame.Length; cut++)
        {
            FrameDecoder decoder = new(FrameFormat.Parse(words));
            string text = "", json = "";
            for (int at = 0; at < frame.Length; at += cut)
            {
                ReadOnlySpan<byte> input = frame.AsSpan(at, Math.Min(cut, frame.Length - at));
                if (decoder.TryReadFrame(ref input, out FrameView view))
                {
                    text += Encoding.UTF8.GetString(view.Payload);
                    json = Encoding.UTF8.GetString(view.Header);
                    Assert.Equal(42, view.HeaderBytes);
                    Assert.Equal(0, view.Offset);
                }
            }
            Assert.Equal("hello", text);
            Assert.Equal(header, Encoding.UTF8.GetBytes(json));
        }
    }

    [Theory]
    [InlineData("""{"a":1}""", 0)]
    [InlineData("""{"size":3,"file_size":5}""", 5)]
    [InlineData("""{"file_size":5,"size":3}""", 5)]
    [InlineData("""{"total_size":7}""", 7)]
    [InlineData("""{"x":{"file_size":9},"y":[{"file_size":9}],"size":2}""", 2)]
    [InlineData("""{"file_size":1,"file_size":2}""", 2)]
    [InlineData("""{"f\u0069le_size":4}""", 4)]
    public void The_size_is_that_of_the_first_size_key(string json, int size)
    {
        DictionaryFormat format = (DictionaryFormat)FrameFormat.Parse("Dictionary");
        Assert.Equal(size, format.PayloadLength(DictionaryHeader.Parse(Encoding.UTF8.GetBytes(json))));
        Assert.Equal(size, Decoded.Of(format, Frame(format, json, new string('p', size)), 3).Payloads.Single().Length);
    }

    [Theory]
    [InlineData("""{"file_size":-1}""")]
    [InlineData("""{"file_size":"5"}""")]
    [InlineData("""{"file_size":5.5}""")]
    [InlineData("""{"file_size":null}""")]
    [InlineData("""{"file_size":99999999999999999999}""")]
    [InlineData("""{"file_size":[]}""")]
    [InlineData("""[1,2]""")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"a":1} """ + "x")]
    [InlineData("""{"a":1""")]
    [InlineData("not json at all")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}""")]
    public void A_header_that_is_none_is_a_clear_error_and_the_stream_is_lost(string json)
    {
        FrameFormat format = FrameFormat.Parse("Dictionary");
        Decoded decoded = Decoded.Of(format, Frame((DictionaryFormat)format, json, ""), 1000);
        Assert.Equal(NetError.FrameCorrupted, Assert.Single(decoded.Errors).Error);
        Assert.True(decoded.Decoder.IsLost);
        ReadOnlySpan<byte> more = "more"u8;
        try
        {
            decoded.Decoder.TryRead(ref more, out _);
            Assert.Fail("What follows a lost stream must be an error.");
        }
        catch (NetException e)
        {
            Assert.Same(decoded.Errors[0], e);
        }
    }

    [Fact]
    public void The_size_is_added_where_the_header_lacks_it_and_refused_where_it_is_wrong()
    {
        FrameFormat format = FrameFormat.Parse("Dictionary,SizeKey=len|size");
        Assert.Equal("""{"a":1,"len":5}hello""", Encode(new OrderedDictionary { ["a"] = 1 }, "hello"u8.ToArray()));
        Assert.Equal("""{"a":1}""", Encode(new OrderedDictionary { ["a"] = 1 }, null));
        Assert.Equal("""{"len":0}""", Encode(null, []));
        Assert.Equal("""{"size":5}hello""", Encode(new OrderedDictionary { ["size"] = 5L }, "hello"u8.ToArray()));
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => Encode(new OrderedDictionary { ["size"] = 4 }, "hello"u8.ToArray())).Error);
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => Encode(new OrderedDictionary { ["size"] = 4 }, null)).Error);

        string Encode(IDictionary? header, byte[]? payload)
        {
            ArrayBufferWriter<byte> output = new();
            format.Encode(header, payload, output);
            return Encoding.UTF8.GetString(output.WrittenSpan[4..]);
        }
    }

    [Fact]
    public void Header_and_payload_come_back_as_they_were() =>
        Gen.Select(Gen.Dictionary(Gen.String[1, 8], Gen.OneOf(Gen.Long.Select(n => (object?)n), Gen.String.Select(t => (object?)t), Gen.Bool.Select(b => (object?)b), Gen.Const((object?)null)))[0, 6], Gen.Byte.Array[0, 50]).Sample((values, payload) =>
        {
            FrameFormat format = FrameFormat.Parse("Dictionary,SizeKey=the size");
            OrderedDictionary header = [];
            foreach ((string key, object? value) in values)
            {
                // Half a surrogate pair is no text, and becomes what replaces it.
                header[Valid(key)] = value is string text ? Valid(text) : value;
            }
            header.Remove("the size");
            ArrayBufferWriter<byte> output = new();
            format.Encode(header, payload, output);
            FrameDecoder decoder = new(format);
            ReadOnlySpan<byte> input = output.WrittenSpan;
            if (!decoder.TryReadFrame(ref input, out FrameView view) || !view.Payload.SequenceEqual(payload))
            {
                return false;
            }
            OrderedDictionary read = format.ReadHeader(view.Header)!;
            read.Remove("the size");
            return read.Keys.Cast<string>().SequenceEqual(header.Keys.Cast<string>()) && read.Values.Cast<object?>().SequenceEqual(header.Values.Cast<object?>());
        }, iter: 2000);

    [Fact]
    public void A_name_that_is_no_text_is_a_clear_error() =>
        Assert.Equal(NetError.FrameCorrupted, Assert.Throws<NetException>(() => DictionaryHeader.Parse("""{"file_name":"\udc80"}"""u8).GetString("file_name")).Error);

    [Fact]
    public void A_header_that_contains_itself_is_refused()
    {
        Hashtable header = [];
        header["self"] = header;
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => FrameFormat.Parse("Dictionary").Encode(header, null, new ArrayBufferWriter<byte>())).Error);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nhello", "hello")]
    [InlineData("content-length:5\nContent-Type: x\n\nhello", "hello")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello")]
    public void Content_length_takes_what_servers_send(string text, string payload)
    {
        for (int cut = 1; cut <= text.Length; cut++)
        {
            Decoded decoded = Decoded.Of(FrameFormat.Parse("ContentLength"), Encoding.ASCII.GetBytes(text + text), cut);
            Assert.Empty(decoded.Errors);
            Assert.Equal([payload, payload], decoded.Payloads.Select(Encoding.ASCII.GetString));
        }
    }

    [Theory]
    [InlineData("Content-Length: x\r\n\r\n")]
    [InlineData("Content-Length: -5\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n\r\n")]
    [InlineData("Content-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("Host: a\r\n\r\n")]
    [InlineData("no header\r\n")]
    [InlineData("\r\n")]
    [InlineData("\0")]
    public void A_header_without_a_length_is_a_clear_error(string text) =>
        Assert.Equal(NetError.FrameCorrupted, Assert.Single(Decoded.Of(FrameFormat.Parse("ContentLength"), Encoding.ASCII.GetBytes(text), 1000).Errors).Error);

    [Fact]
    public void A_header_that_never_ends_is_bounded()
    {
        Decoded decoded = Decoded.Of(FrameFormat.Parse("ContentLength,MaximumHeaderLength=100"), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a: b\r\n", 100))), 7);
        Assert.Equal(NetError.FrameCorrupted, decoded.Errors[0].Error);
        Assert.True(decoded.ErrorsAt[0] < 110);
    }

    [Theory]
    [InlineData("01:a,")]
    [InlineData("1:ab")]
    [InlineData(":a,")]
    [InlineData("-1:a,")]
    [InlineData("9999999999999999999:")]
    public void A_netstring_that_is_none_is_a_clear_error(string text) =>
        Assert.Equal(NetError.FrameCorrupted, Assert.Single(Decoded.Of(FrameFormat.Parse("Netstring"), Encoding.ASCII.GetBytes(text), 1000).Errors).Error);

    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7F")]
    [InlineData(128, "8001")]
    [InlineData(300, "AC02")]
    [InlineData(16384, "808001")]
    public void Varints_are_protobufs(int length, string field)
    {
        byte[] frame = LengthFieldTests.Encode(FrameFormat.Parse("Varint"), new string('x', length));
        Assert.Equal(field, Convert.ToHexString(frame.AsSpan(0, frame.Length - length)));
    }

    [Fact]
    public void A_varint_that_goes_on_and_on_is_a_clear_error() =>
        Assert.Equal(NetError.FrameCorrupted, Decoded.Of(FrameFormat.Parse("Varint"), [.. Enumerable.Repeat((byte)0xFF, 30)], 1).Errors[0].Error);

    private static byte[] Frame(DictionaryFormat format, string json, string payload)
    {
        ArrayBufferWriter<byte> output = new();
        format.WriteHeader(Encoding.UTF8.GetBytes(json), output);
        output.Write(Encoding.UTF8.GetBytes(payload));
        return output.WrittenSpan.ToArray();
    }

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("{\"a\xff\":1}")]
    [InlineData("{\"\xc3(\":{\"b\":2}}")]
    [InlineData("{\"a\":\"\x80\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void A_key_or_string_that_is_no_text_is_corrupted(string json)
    {
        NetException failure = Assert.Throws<NetException>(() => DictionaryHeader.Parse(Encoding.Latin1.GetBytes(json)).Values);
        Assert.Equal(NetError.FrameCorrupted, failure.Error);
    }
}
