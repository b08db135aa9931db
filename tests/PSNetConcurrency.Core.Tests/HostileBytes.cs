using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Tests;

/// <summary>Input as nobody of good will sends it: noise, what formats are made of, and what is valid with something wrong in it.</summary>
internal sealed class HostileBytes(Random random)
{
    /// <summary>Formats of every kind, with options that make a difference.</summary>
    public static readonly string[] FrameFormats =
    [
        "Line", "Delimiter,--", "FixedSize,7", "LengthField,1", "LengthField,2", "LengthField,3,Little", "LengthField,4,Little", "LengthField,8",
        "LengthField,2,LengthFieldOffset=1,LengthAdjustment=-3,InitialBytesToStrip=3", "LengthField,4,LengthIncludesHeader,Signed,FailFast=False",
        "Dictionary", "Dictionary,Big,FailFast=False", "ContentLength", "ContentLength,FailFast=False", "Varint", "Netstring", "Netstring,FailFast=False",
    ];

    private static readonly string[] Pieces =
    [
        "Content-Length: ", "\r\n\r\n", "\n", ":", ",", "5:hello,", "{\"file_size\":", "}", "{\"a\":\"\\ud800\"}", "\"", "[[[[", "--", "-", "99999999999999999999", "\0\0\0\u0005", "\u0010\0\0\0{\"file_size\": 3 }abc", "GET / HTTP/1.1\r\n", "-1", "é",
    ];

    /// <summary>Fills the beginning of a buffer, 200 bytes or more, with noise and pieces of formats; returns how much.</summary>
    public int Fill(byte[] buffer)
    {
        int length = 0, most = random.Next(1, 120);
        while (length < most)
        {
            switch (random.Next(4))
            {
                case 0:
                    int noise = random.Next(1, 12);
                    random.NextBytes(buffer.AsSpan(length, noise));
                    length += noise;
                    break;
                case 1:
                    buffer[length++] = (byte)random.Next(0, 10);
                    break;
                case 2:
                    length += Encoding.UTF8.GetBytes(random.Next(0, 700).ToString(CultureInfo.InvariantCulture), buffer.AsSpan(length));
                    break;
                default:
                    length += Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)], buffer.AsSpan(length));
                    break;
            }
        }
        return length;
    }

    /// <summary>Noise and pieces of formats.</summary>
    public byte[] Noise()
    {
        byte[] buffer = new byte[256];
        return buffer[..Fill(buffer)];
    }

    /// <summary>Something valid with up to four things wrong: bytes changed, left out, repeated, put between, the end cut off.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> valid)
    {
        List<byte> bytes = [.. valid];
        for (int i = random.Next(1, 5); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count), count = random.Next(1, Math.Min(bytes.Count - at, 32) + 1);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    // What lengths and counts are made of.
                    bytes[at] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => 0x7f };
                    break;
                case 3:
                    bytes.RemoveRange(at, count);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, count));
                    break;
                case 5:
                    bytes.InsertRange(at, Noise());
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
