using System.Buffers;
using System.Buffers.Text;
using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// Header lines, one of which is <c>Content-Length: n</c>, an empty line, and n bytes: the base protocol of the Language
/// Server Protocol, and HTTP/1.1 as far as its bodies have a length.
/// </summary>
internal sealed class ContentLengthFormat(int maximum) : FrameFormat(maximum)
{
    public const int DefaultMaximumHeader = 16 * 1024;
    private const string LengthName = "Content-Length", StartLineName = "StartLine";

    public override string Kind => "ContentLength";

    /// <summary>The longest header taken, in bytes.</summary>
    public int MaximumHeaderLength { get; init; } = DefaultMaximumHeader;

    internal override bool HasHeader => true;

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{LengthName}: {payload.Length}\r\n\r\n")));
        output.Write(payload);
    }

    internal override void Encode(IDictionary? header, byte[]? payload, IBufferWriter<byte> output)
    {
        StringBuilder lines = new();
        bool hasLength = false;
        foreach (DictionaryEntry entry in header ?? new ListDictionary())
        {
            string name = entry.Key.ToString()!, value = Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? "";
            if (name.AsSpan().IndexOfAny("\r\n:") >= 0 || name.Length == 0 || value.AsSpan().IndexOfAny('\r', '\n') >= 0)
            {
                throw new NetException(NetError.InvalidArgument, $"'{name}: {value}' can't be a header line: neither part may have a line break, nor the name a colon.", name);
            }
            if (name.Equals(LengthName, StringComparison.OrdinalIgnoreCase))
            {
                hasLength = true;
                if (value != (payload?.Length ?? 0).ToString(CultureInfo.InvariantCulture))
                {
                    throw new NetException(NetError.InvalidArgument, $"The header says {name}: {value}, but the payload has {payload?.Length ?? 0} bytes. Leave it out: it is added.", value);
                }
            }
            lines.Insert(name == StartLineName ? 0 : lines.Length, name == StartLineName ? value + "\r\n" : $"{name}: {value}\r\n");
        }
        output.Write(Encoding.UTF8.GetBytes(lines.ToString()));
        if (hasLength)
        {
            output.Write("\r\n"u8);
            output.Write(payload);
            return;
        }
        Encode(payload ?? [], output);
    }

    internal override OrderedDictionary ReadHeader(ReadOnlySpan<byte> header)
    {
        OrderedDictionary values = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in Encoding.UTF8.GetString(header).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            bool isStart = values.Count == 0 && IsStartLine(Encoding.UTF8.GetBytes(line));
            string name = isStart || colon < 0 ? StartLineName : line[..colon].TrimEnd(), value = isStart || colon < 0 ? line : line[(colon + 1)..].TrimStart();
            values[name] = values.Contains(name) ? $"{values[name]}, {value}" : value;
        }
        return values;
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        if (search.Total == 0 && !TryReadHeader(data, ref search, out frame))
        {
            return frame.Failure is not null;
        }
        if (data.Length < search.Total)
        {
            frame = FrameBounds.Need(search.Total);
            return false;
        }
        frame = new FrameBounds(search.Position, search.Total - search.Position, search.Total) { HeaderLength = search.Position };
        return true;
    }

    internal override int PayloadStart(ReadOnlySpan<byte> data)
    {
        FrameSearch search = default;
        return TryReadHeader(data, ref search, out _) ? search.Position : data.Length;
    }

    protected override void AddWords(List<string> words)
    {
        if (MaximumHeaderLength != DefaultMaximumHeader)
        {
            words.Add($"MaximumHeaderLength={MaximumHeaderLength}");
        }
    }

    // Line by line; Position is where the line begins that has no end yet, and with Total where the content begins.
    private bool TryReadHeader(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        int most = Math.Min(MaximumHeaderLength, MaximumFrameLength);
        while (true)
        {
            ReadOnlySpan<byte> rest = data[search.Position..Math.Max(search.Position, Math.Min(data.Length, most))];
            int end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                bool bad = data.Length >= most || (search.Position == 0 && rest.Length > 0 && !IsToken(rest[0]));
                frame = bad ? FrameBounds.Failed(Corrupted($"There is no header that ends with an empty line within {most} bytes.{Peculiar.Beginning(data)}", null, received: data)) : default;
                return false;
            }
            ReadOnlySpan<byte> line = rest[..end];
            line = line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;
            if (line.IsEmpty && search.Position > 0)
            {
                return TryReadLength(data, search.Position + end + 1, ref search, out frame);
            }
            if (line.IndexOf((byte)':') <= 0 && !(search.Position == 0 && IsStartLine(line)))
            {
                frame = FrameBounds.Failed(Corrupted($"'{Peculiar.Ascii(line[..Math.Min(60, line.Length)])}' is no header line: a name, a colon and a value are.{Peculiar.Beginning(data)}", null, received: data));
                return false;
            }
            search.Position += end + 1;
        }
    }

    private bool TryReadLength(ReadOnlySpan<byte> data, int headerLength, ref FrameSearch search, out FrameBounds frame)
    {
        long length = -1;
        for (ReadOnlySpan<byte> left = data[..headerLength]; !left.IsEmpty;)
        {
            int end = left.IndexOf((byte)'\n'), colon = left[..end].IndexOf((byte)':');
            if (colon > 0 && System.Text.Ascii.EqualsIgnoreCase(left[..colon].Trim(" \t"u8), "content-length"u8))
            {
                ReadOnlySpan<byte> value = left[(colon + 1)..end].Trim(" \t\r"u8);
                if (!Utf8Parser.TryParse(value, out long parsed, out int used) || used != value.Length || parsed < 0 || value[0] is not (>= (byte)'0' and <= (byte)'9') || (length >= 0 && length != parsed))
                {
                    frame = FrameBounds.Failed(Corrupted($"The header's Content-Length '{Peculiar.Ascii(value[..Math.Min(40, value.Length)])}' is no length, or there are several that differ.", null, received: data[..headerLength]));
                    return false;
                }
                length = parsed;
            }
            left = left[(end + 1)..];
        }
        if (length < 0)
        {
            frame = FrameBounds.Failed(Corrupted($"The header has no Content-Length, so where its content ends is unknown.{Peculiar.Beginning(data)}", null, received: data[..headerLength]));
            return false;
        }
        if (length > MaximumFrameLength - headerLength)
        {
            long total = length > long.MaxValue - headerLength ? long.MaxValue : length + headerLength;
            frame = FrameBounds.Failed(TooLarge(total, total));
            return false;
        }
        search.Position = headerLength;
        search.Total = headerLength + (int)length;
        frame = default;
        return true;
    }

    private static bool IsStartLine(ReadOnlySpan<byte> line) => line.StartsWith("HTTP/"u8) || line.IndexOf(" HTTP/1."u8) > 0;

    // What a header's first byte can be (RFC 9110, token): anything else need not be waited for.
    private static bool IsToken(byte b) => b is > (byte)' ' and < 0x7F && !"\"(),/:;<=>?@[\\]{}"u8.Contains(b);
}
