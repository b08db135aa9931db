using System.Numerics;
using System.Text;

namespace PSNetConcurrency.Core.Framing;

/// <summary>What captured bytes are like, whatever their format.</summary>
internal sealed class CaptureTraits
{
    private readonly int[] _counts = new int[256];
    private readonly double[] _bits = new double[256];

    public CaptureTraits(ReadOnlySpan<byte> data, bool cut)
    {
        Length = data.Length;
        IsCut = cut;
        Binary = CountBinary(data);
        foreach (byte b in data)
        {
            _counts[b]++;
        }
        for (int b = 0; b < _bits.Length; b++)
        {
            _bits[b] = Math.Min(8, -Math.Log2((_counts[b] + 0.5) / (data.Length + 128.0)));
        }
        EndsWithLine = data.EndsWith("\n"u8);
    }

    public int Length { get; }

    public bool IsCut { get; }

    /// <summary>How many bytes no text has.</summary>
    public int Binary { get; }

    public bool EndsWithLine { get; }

    /// <summary>How much it takes to tell these bytes, when no more is known than how often each occurs: a zero among zeros says nothing.</summary>
    public double BitsOf(ReadOnlySpan<byte> bytes)
    {
        double bits = 0;
        foreach (byte b in bytes)
        {
            bits += _bits[b];
        }
        return bits;
    }

    /// <summary>Bytes that end the capture and may be the mark that ends each message.</summary>
    public List<byte[]> Delimiters(ReadOnlySpan<byte> data)
    {
        List<byte[]> found = [];
        if (data.IsEmpty || IsWordByte(data[^1]))
        {
            return found;
        }
        byte last = data[^1];
        if (_counts[last] < 2)
        {
            return found;
        }
        // All that stands before each occurrence of the last byte belongs to the mark.
        int length = 1;
        while (length < 8 && length < data.Length && PrecedesEach(data, last, length))
        {
            length++;
        }
        if (length is > 1 and < 8 && data.IndexOf(data[^length..]) < data.Length - length)
        {
            found.Add(data[^length..].ToArray());
        }
        if (last != '\n')
        {
            found.Add([last]);
        }
        return found;
    }

    public static int CountBinary(ReadOnlySpan<byte> data)
    {
        int count = 0;
        while (!data.IsEmpty)
        {
            if (data[0] < 0x80)
            {
                count += data[0] is < 32 and not ((byte)'\t' or (byte)'\r' or (byte)'\n') || data[0] == 127 ? 1 : 0;
                data = data[1..];
                continue;
            }
            bool valid = Rune.DecodeFromUtf8(data, out _, out int length) == System.Buffers.OperationStatus.Done;
            count += valid ? 0 : length;
            data = data[length..];
        }
        return count;
    }

    public static bool IsText(ReadOnlySpan<byte> data) => CountBinary(data) == 0;

    private static bool PrecedesEach(ReadOnlySpan<byte> data, byte last, int length)
    {
        byte before = data[^(length + 1)];
        if (IsWordByte(before) && IsWordByte(data[^length]) is false && length == 1 && last < 32)
        {
            return false;
        }
        for (int at = data.IndexOf(last); at >= 0;)
        {
            if (at < length || data[at - length] != before)
            {
                return false;
            }
            int next = data[(at + 1)..].IndexOf(last);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return true;
    }

    private static bool IsWordByte(byte b) => b is (byte)' ' or >= 0x80 || char.IsAsciiLetterOrDigit((char)b);
}

/// <summary>What speaks for a format that explains captured bytes, in bits; null for nothing.</summary>
internal static class FrameEvidence
{
    private const double MostForText = 40, MostForSize = 36;

    public static double? Of(FrameFormat format, in ChainResult chain, CaptureTraits traits) => format switch
    {
        LineFormat => OfLines(chain, traits),
        DelimiterFormat => OfDelimiter(chain, traits),
        DictionaryFormat => OfLengths(chain, traits, 0) + (50 * Math.Min(4, chain.Frames)) - (chain.Sized == 0 ? 210 : 0),
        ContentLengthFormat => OfEnd(chain, traits) + (100.0 * chain.Frames),
        NetstringFormat => OfEnd(chain, traits) + (14.0 * chain.Frames),
        LengthFieldFormat length => OfLengthField(length, chain, traits),
        _ => OfLengths(chain, traits, 0),
    };

    private static double? OfLines(in ChainResult chain, CaptureTraits traits) =>
        traits.Binary > traits.Length / 100 ? null
            : Math.Min(MostForText, 8 + (3 * (chain.Frames - chain.Empty))) + (traits.EndsWithLine || traits.IsCut ? 10 : -6);

    private static double? OfDelimiter(in ChainResult chain, CaptureTraits traits)
    {
        if (chain.Frames - chain.Empty < 2 || chain.Left > 0 || 2 * chain.Empty > chain.Frames || chain.TextFrames < 0.95 * chain.Frames)
        {
            return null;
        }
        return Math.Min(MostForText, 5 + (3 * (chain.Frames - chain.Empty))) + (traits.EndsWithLine ? -6 : 4);
    }

    private static double? OfLengthField(LengthFieldFormat format, in ChainResult chain, CaptureTraits traits)
    {
        double bits = OfLengths(chain, traits, format.LengthFieldOffset);
        if (chain.Frames > 1 && chain.Shortest == chain.Longest)
        {
            // The same number each time: it may be any constant of records that all have one size.
            bool simple = format.IsPlain;
            bits = simple && format.LengthFieldLength > 1 ? Math.Max(bits, MostForSize + 2) : Math.Min(bits, simple ? 12 : 8);
        }
        return bits;
    }

    // The lengths told as well as a code for numbers of their average could, against the bits that their fields have.
    private static double OfLengths(in ChainResult chain, CaptureTraits traits, int offset)
    {
        double average = (double)chain.PayloadBytes / chain.Frames;
        double bits = chain.HeaderBits - (chain.Frames * Math.Log2((average + 1) * Math.E));
        // A header's bytes are why there is anything that is no text.
        if (traits.Binary > 0 && chain.TextFrames == chain.Frames && offset == 0)
        {
            double share = Math.Max((double)traits.Binary / traits.Length, 1.0 / 256);
            bits += Math.Min(chain.HeaderBinary * -Math.Log2(Math.Min(share, 0.9)), 4.0 * chain.Frames);
        }
        return bits - (4.0 * chain.Empty) + OfEnd(chain, traits);
    }

    // By chance a chain ends at the end of the bytes once in as many times as a frame has bytes.
    private static double OfEnd(in ChainResult chain, CaptureTraits traits)
    {
        double size = Math.Log2(1 + ((double)(chain.PayloadBytes + chain.HeaderBytes) / chain.Frames));
        return chain.Left == 0 ? size : traits.IsCut ? 0 : -2;
    }
}

/// <summary>Finds the size of records that all have one.</summary>
internal static class FixedSizeGuess
{
    private const int LongestSize = 4096, MostBytes = 16 * 1024;
    private const double Most = 36, Bits = 2;

    public static (int Size, double Bits)? Find(ReadOnlySpan<byte> captured)
    {
        ReadOnlySpan<byte> data = captured[..Math.Min(captured.Length, MostBytes)];
        if (data.Length < 6)
        {
            return null;
        }
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (byte b in data)
        {
            counts[b]++;
        }
        // How often two bytes are the same by chance.
        double chance = 0;
        foreach (int count in counts)
        {
            chance += (double)count * count / ((double)data.Length * data.Length);
        }
        (int Size, double Gain) best = (0, 0);
        for (int size = 2; size <= Math.Min(LongestSize, data.Length / 3); size++)
        {
            if (captured.Length % size != 0)
            {
                continue;
            }
            double gain = (Matches(data, size) - (chance * (data.Length - size))) * Bits;
            // A multiple of the size fits as well, or nearly: it must be clearly better.
            if (gain > best.Gain * (best.Size > 0 && size % best.Size == 0 ? 1.5 : 1.02))
            {
                best = (size, gain);
            }
        }
        double bits = best.Size > 0 ? Math.Min(Most, ColumnBits(data, best.Size, counts) - 6) : 0;
        return bits > 6 && chance < 0.9 ? (best.Size, bits) : null;
    }

    // Like pieces may repeat by chance, in text above all; columns that hold the same byte in nearly every record do not.
    private static double ColumnBits(ReadOnlySpan<byte> data, int size, ReadOnlySpan<int> counts)
    {
        int records = data.Length / size;
        double bits = 0;
        Span<int> column = stackalloc int[256];
        for (int at = 0; at < size; at++)
        {
            column.Clear();
            int most = 0, value = 0;
            for (int i = at; i < records * size; i += size)
            {
                if (++column[data[i]] > most)
                {
                    (most, value) = (column[data[i]], data[i]);
                }
            }
            double share = (double)counts[value] / data.Length;
            bits += most >= 0.95 * records && most > 2 ? (most - 1) * -Math.Log2(share) : 0;
        }
        return bits;
    }

    private static int Matches(ReadOnlySpan<byte> data, int lag)
    {
        ReadOnlySpan<byte> a = data[..^lag], b = data[lag..];
        int count = 0, i = 0;
        for (; i <= a.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector<byte> same = Vector.Equals(new Vector<byte>(a[i..]), new Vector<byte>(b[i..]));
            count += Vector.Sum(Vector.BitwiseAnd(same, Vector<byte>.One));
        }
        for (; i < a.Length; i++)
        {
            count += a[i] == b[i] ? 1 : 0;
        }
        return count;
    }
}
