using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// Proposes formats for bytes captured from the beginning of a stream. What speaks for a format is counted in bits: how much
/// shorter the bytes could be told by one who knows it. A field of 32 bits that turns out to be a length of about 100 is worth 25.
/// </summary>
internal static class FrameFormatResolver
{
    // More tells nothing new.
    public const int MostBytes = 256 * 1024;
    private const double Least = 6, Half = 24;
    private static readonly (FrameFormat Format, double Prior)[] LengthFields = AllLengthFields();

    public static IReadOnlyList<FrameFormatCandidate> Resolve(ReadOnlySpan<byte> captured)
    {
        bool cut = captured.Length > MostBytes;
        ReadOnlySpan<byte> data = captured[..Math.Min(captured.Length, MostBytes)];
        CaptureTraits traits = new(data, cut);
        List<(FrameFormat Format, ChainResult Chain, double Bits)> found = [];
        foreach ((FrameFormat format, double prior) in Formats(data, traits))
        {
            if (FrameChain.Follow(format, data, traits) is { Frames: > 0 } chain && FrameEvidence.Of(format, chain, traits) is { } bits && bits + prior >= Least)
            {
                found.Add((format, chain, bits + prior));
            }
        }
        if (FixedSizeGuess.Find(data) is { } fixedSize)
        {
            // Records of one size look in places like lengths, not to their very end.
            found = [.. found.Select(f => f.Format is LengthFieldFormat { IsPlain: false } && f.Chain.Left > 0 ? f with { Bits = Math.Min(f.Bits, fixedSize.Bits - 1) } : f)];
            FixedSizeFormat format = new(fixedSize.Size, FrameFormat.DefaultMaximum);
            found.Add((format, FrameChain.Follow(format, data, traits), fixedSize.Bits));
        }
        int length = data.Length;
        return
        [
            .. found.OrderByDescending(f => f.Bits)
                // Of several that cut the same bytes in the same places one is enough: the simplest.
                .DistinctBy(f => (f.Chain.Frames, f.Chain.PayloadBytes, f.Chain.Fingerprint))
                .Take(8)
                .Select(f => new FrameFormatCandidate(f.Format, f.Chain.Frames, Math.Round(f.Bits / (f.Bits + Half), 3), Reason(f.Format, f.Chain, length, cut))),
        ];
    }

    // What is tried, with what speaks for or against it beforehand.
    private static List<(FrameFormat Format, double Prior)> Formats(ReadOnlySpan<byte> data, CaptureTraits traits)
    {
        List<(FrameFormat, double)> all =
        [
            (FrameFormat.Line, 0),
            (FrameFormat.Parse("Netstring"), 0),
            (FrameFormat.Parse("ContentLength"), 0),
            (FrameFormat.Parse("Varint"), 0.5),
        ];
        foreach (byte[] delimiter in traits.Delimiters(data))
        {
            all.Add((FrameFormat.FromDelimiter(delimiter), 0));
        }
        foreach (ByteOrder order in (ByteOrder[])[ByteOrder.Little, ByteOrder.Big])
        {
            all.Add((new FrameFormatOptions(FrameFormatKind.Dictionary) { ByteOrder = order }.Create(), 0));
            foreach (string key in SizeKeysIn(data, order))
            {
                all.Add((new FrameFormatOptions(FrameFormatKind.Dictionary) { ByteOrder = order, SizeKey = [key] }.Create(), -2));
            }
        }
        all.AddRange(LengthFields);
        return all;
    }

    private static (FrameFormat Format, double Prior)[] AllLengthFields()
    {
        List<(FrameFormat, double)> all = [];
        foreach (int length in (int[])[1, 2, 3, 4, 8])
        {
            AddLengthFields(all, length, ByteOrder.Big);
            if (length > 1)
            {
                AddLengthFields(all, length, ByteOrder.Little);
            }
        }
        return [.. all];
    }

    private static void AddLengthFields(List<(FrameFormat, double)> all, int length, ByteOrder order)
    {
        for (int offset = 0; offset <= 8; offset++)
        {
            // The length counts what follows it, or the whole frame, or what follows some more header.
            for (int more = -1; more <= 8; more++)
            {
                all.Add((new FrameFormatOptions(FrameFormatKind.LengthField)
                {
                    LengthFieldLength = length,
                    ByteOrder = order,
                    LengthFieldOffset = offset == 0 ? null : offset,
                    LengthIncludesHeader = more < 0 ? true : null,
                    LengthAdjustment = more > 0 ? more : null,
                }.Create(), -(offset > 0 ? 5 : 0) - (more < 0 ? 3 : more > 0 ? 6 : 0)));
            }
        }
    }

    // The keys of a first header that hold a whole number: one of them may be the payload's size.
    private static List<string> SizeKeysIn(ReadOnlySpan<byte> data, ByteOrder order)
    {
        try
        {
            DictionaryFormat format = new(FrameFormat.DefaultMaximum) { Order = order };
            int length = data.Length < 4 ? int.MaxValue : format.ReadHeaderLength(data);
            if (length > data.Length - 4)
            {
                return [];
            }
            DictionaryHeader header = DictionaryHeader.Parse(data.Slice(4, length));
            return [.. header.Root.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number && p.Name.Length > 0 && !DictionaryFormat.DefaultSizeKeys.Contains(p.Name)).Select(p => p.Name).Distinct().Take(8)];
        }
        catch (Exception e) when (e is NetException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string Reason(FrameFormat format, ChainResult chain, int length, bool cut)
    {
        string all = chain.Left == 0 ? "the bytes end where the last one ends"
            : string.Create(CultureInfo.InvariantCulture, $"the last {chain.Left} bytes are the beginning of another");
        string what = format switch
        {
            LineFormat => "text in lines",
            DelimiterFormat => "the bytes repeat and end with the mark",
            FixedSizeFormat => "the same places of each piece hold like bytes",
            DictionaryFormat => "each begins with the length of a JSON object",
            ContentLengthFormat => "each begins with header lines and a Content-Length",
            NetstringFormat => "each is digits, a colon, so many bytes, a comma",
            _ => string.Create(CultureInfo.InvariantCulture, $"each length leads to the next, {chain.Shortest} to {chain.Longest} bytes"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{chain.Frames} {(chain.Frames == 1 ? "frame" : "frames")}: {what}; {(cut ? $"of the first {length} bytes {all}" : all)}.");
    }
}

/// <summary>What following a format through captured bytes came to; Frames is 0 where it broke.</summary>
internal readonly record struct ChainResult(int Frames, int Empty, int Left, long PayloadBytes, long HeaderBytes, int Shortest, int Longest, int TextFrames, int HeaderBinary, double HeaderBits, int Sized, ulong Fingerprint);

/// <summary>Follows a format through captured bytes.</summary>
internal static class FrameChain
{
    public static ChainResult Follow(FrameFormat format, ReadOnlySpan<byte> data, CaptureTraits traits)
    {
        int frames = 0, empty = 0, shortest = int.MaxValue, longest = 0, text = 0, binary = 0, sized = 0;
        long payloads = 0, headers = 0;
        double bits = 0;
        int offset = format is LengthFieldFormat field ? field.LengthFieldOffset : 0;
        ulong fingerprint = 14695981039346656037;
        FrameSearch search = default;
        ReadOnlySpan<byte> left = data;
        while (!left.IsEmpty && format.TryFind(left, ref search, out FrameBounds frame))
        {
            if (frame.Failure is not null)
            {
                return default;
            }
            search = default;
            ReadOnlySpan<byte> payload = left.Slice(frame.PayloadOffset, frame.PayloadLength), header = left[..frame.PayloadOffset];
            frames++;
            empty += payload.IsEmpty ? 1 : 0;
            payloads += payload.Length;
            headers += frame.Consumed - payload.Length;
            shortest = Math.Min(shortest, payload.Length);
            longest = Math.Max(longest, payload.Length);
            text += CaptureTraits.IsText(payload) ? 1 : 0;
            binary += CaptureTraits.CountBinary(header);
            bits += traits.BitsOf(format is DictionaryFormat ? header[..DictionaryFormat.LengthBytes] : header[Math.Min(offset, header.Length)..]);
            sized += format is DictionaryFormat && payload.Length > 0 ? 1 : 0;
            // The payloads' places: formats that read the same messages are the same to a user.
            fingerprint = (fingerprint ^ (uint)(data.Length - left.Length + frame.PayloadOffset)) * 1099511628211;
            left = left[frame.Consumed..];
        }
        return new ChainResult(frames, empty, left.Length, payloads, headers, shortest, longest, text, binary, bits, sized, fingerprint);
    }
}
