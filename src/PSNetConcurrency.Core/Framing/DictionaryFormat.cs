using System.Buffers;
using System.Buffers.Binary;
using System.Collections;
using System.Collections.Specialized;
using System.Text;
using System.Text.Json;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// The course's dictionary frame: the header's length as a signed int32 (little-endian by default, Python's struct 'i' on x86),
/// the header as UTF-8 JSON, then as many bytes of payload as the header's size key says, none where it has none.
/// </summary>
internal sealed class DictionaryFormat : FrameFormat
{
    public const int LengthBytes = 4;
    public const int DefaultMaximumHeader = 64 * 1024;

    public const string DefaultNameKey = "file_name";
    public static readonly IReadOnlyList<string> DefaultSizeKeys = ["file_size", "total_size", "size"];

    private readonly IReadOnlyList<string> _sizeKeys = DefaultSizeKeys;
    private readonly byte[][] _sizeKeyBytes = [.. DefaultSizeKeys.Select(Encoding.UTF8.GetBytes)];

    public DictionaryFormat(int maximum)
        : base(maximum)
    {
    }

    public override string Kind => "Dictionary";

    public ByteOrder Order { get; init; } = ByteOrder.Little;

    /// <summary>The keys that may hold the payload's size; the first that a header has counts, and the first of all is written.</summary>
    public IReadOnlyList<string> SizeKeys
    {
        get => _sizeKeys;
        init
        {
            _sizeKeys = value.Count > 0 && value.All(k => !string.IsNullOrEmpty(k)) ? [.. value]
                : throw new NetException(NetError.InvalidArgument, "A dictionary frame needs a size key, and none may be empty.");
            _sizeKeyBytes = [.. _sizeKeys.Select(Encoding.UTF8.GetBytes)];
        }
    }

    /// <summary>The key that holds a file's name.</summary>
    public string NameKey { get; init; } = DefaultNameKey;

    /// <summary>The key that holds the payload's digest in hexadecimal; null where there is none.</summary>
    public string? DigestKey { get; init; }

    /// <summary>The longest header taken, in bytes of JSON.</summary>
    public int MaximumHeaderLength { get; init; } = DefaultMaximumHeader;

    internal override bool HasHeader => true;

    /// <summary>Reads the four bytes before a header.</summary>
    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/>: no such header is taken.</exception>
    public int ReadHeaderLength(ReadOnlySpan<byte> field)
    {
        int length = ReadLength(field);
        return length >= 2 && length <= MaximumHeaderLength ? length : throw BadHeaderLength(field[..LengthBytes], length).Error;
    }

    /// <summary>How many bytes of payload follow the header; 0 where it has no size key.</summary>
    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/>: the size is negative, or no whole number.</exception>
    public long PayloadLength(DictionaryHeader header)
    {
        foreach (string key in SizeKeys)
        {
            if (header.Root.TryGetProperty(key, out JsonElement value))
            {
                return header.GetInt64(key) is long size and >= 0 ? size : throw BadSize(key, value.GetRawText());
            }
        }
        return 0;
    }

    /// <summary>Writes a header, given as JSON, behind its length.</summary>
    public void WriteHeader(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        Span<byte> field = output.GetSpan(LengthBytes);
        if (Order == ByteOrder.Little)
        {
            BinaryPrimitives.WriteInt32LittleEndian(field, json.Length);
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(field, json.Length);
        }
        output.Advance(LengthBytes);
        output.Write(json);
    }

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        WriteHeader(DictionaryHeader.Write(new OrderedDictionary { [SizeKeys[0]] = payload.Length }), output);
        output.Write(payload);
    }

    internal override void Encode(IDictionary? header, byte[]? payload, IBufferWriter<byte> output)
    {
        OrderedDictionary values = [];
        string? sizeKey = null;
        foreach (DictionaryEntry entry in header ?? new OrderedDictionary())
        {
            values[entry.Key.ToString()!] = entry.Value;
        }
        foreach (string key in SizeKeys)
        {
            if (sizeKey is null && values.Contains(key))
            {
                sizeKey = key;
                if (!IsSize(values[key], payload?.Length ?? 0))
                {
                    throw new NetException(NetError.InvalidArgument, $"The header's {key} is {values[key]}, but the payload has {payload?.Length ?? 0} bytes: the receiver would take another frame's bytes for it. Leave the key out: it is added.", key);
                }
            }
        }
        if (sizeKey is null && payload is not null)
        {
            values[SizeKeys[0]] = payload.Length;
        }
        byte[] json = DictionaryHeader.Write(values);
        if (json.Length > MaximumHeaderLength)
        {
            throw new NetException(NetError.MessageTooLarge, $"The header has {json.Length} bytes; the limit is {MaximumHeaderLength}.", json.Length);
        }
        WriteHeader(json, output);
        output.Write(payload);
    }

    internal override OrderedDictionary ReadHeader(ReadOnlySpan<byte> header) => DictionaryHeader.Parse(header).Values;

    internal override bool IsHeaderOnly(ReadOnlySpan<byte> header)
    {
        DictionaryHeader parsed = DictionaryHeader.Parse(header);
        return SizeKeys.All(key => !parsed.Root.TryGetProperty(key, out _));
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        if (data.Length < LengthBytes)
        {
            frame = FrameBounds.Need(LengthBytes);
            return false;
        }
        int length = ReadLength(data), headerEnd = LengthBytes + length;
        if (search.Total == 0)
        {
            if (length < 2 || length > Math.Min(MaximumHeaderLength, MaximumFrameLength - LengthBytes))
            {
                frame = FrameBounds.Failed(BadHeaderLength(data, length));
                return true;
            }
            if (data.Length < headerEnd)
            {
                frame = FrameBounds.Need(headerEnd);
                return false;
            }
            FrameFailure? failure = null;
            long size = 0;
            try
            {
                size = ReadSize(data[LengthBytes..headerEnd]);
            }
            catch (NetException e)
            {
                failure = new FrameFailure(e, FrameFailure.Lost);
            }
            if (failure is null && size > MaximumFrameLength - headerEnd)
            {
                long total = size > long.MaxValue - headerEnd ? long.MaxValue : size + headerEnd;
                failure = TooLarge(total, total);
            }
            if (failure is not null)
            {
                frame = FrameBounds.Failed(failure);
                return true;
            }
            search.Total = headerEnd + (int)size;
        }
        if (data.Length < search.Total)
        {
            frame = FrameBounds.Need(search.Total);
            return false;
        }
        frame = new FrameBounds(headerEnd, search.Total - headerEnd, search.Total) { HeaderOffset = LengthBytes, HeaderLength = length };
        return true;
    }

    internal override int PayloadStart(ReadOnlySpan<byte> data) => data.Length < LengthBytes ? data.Length : Math.Min(LengthBytes + ReadLength(data), data.Length);

    protected override void AddWords(List<string> words)
    {
        Add(Order != ByteOrder.Little, $"{Order}");
        Add(!SizeKeys.SequenceEqual(DefaultSizeKeys), "SizeKey=" + string.Join('|', SizeKeys.Select(FrameFormatParser.EscapeValue)));
        Add(NameKey != DefaultNameKey, "NameKey=" + FrameFormatParser.EscapeValue(NameKey));
        Add(DigestKey is not null, "DigestKey=" + FrameFormatParser.EscapeValue(DigestKey ?? ""));
        Add(MaximumHeaderLength != DefaultMaximumHeader, $"MaximumHeaderLength={MaximumHeaderLength}");

        void Add(bool given, string word)
        {
            if (given)
            {
                words.Add(word);
            }
        }
    }

    private static bool IsSize(object? value, int size)
    {
        try
        {
            return value is not (null or bool or string) && Convert.ToInt64(value, null) == size;
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or FormatException)
        {
            return false;
        }
    }

    private static NetException BadSize(string key, string value) => new(NetError.FrameCorrupted,
        $"The header's {key} is {(value.Length > 60 ? value[..60] + "…" : value)}, which is no number of bytes.", key);

    private int ReadLength(ReadOnlySpan<byte> field) => Order == ByteOrder.Little ? BinaryPrimitives.ReadInt32LittleEndian(field) : BinaryPrimitives.ReadInt32BigEndian(field);

    // The size that a header tells, without objects made for it. Of a key that occurs twice the last counts, as in Python.
    private long ReadSize(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, DictionaryHeader.ReaderOptions);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw DictionaryHeader.Corrupted(json, "it is no JSON object");
            }
            long size = 0;
            int rank = int.MaxValue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int key = 0;
                while (key < _sizeKeyBytes.Length && !reader.ValueTextEquals(_sizeKeyBytes[key]))
                {
                    key++;
                }
                reader.Read();
                if (key < _sizeKeyBytes.Length && key <= rank)
                {
                    rank = key;
                    size = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long value) ? value : -1;
                }
                reader.Skip();
            }
            if (reader.Read())
            {
                throw DictionaryHeader.Corrupted(json, "something follows the JSON object");
            }
            return size >= 0 ? size : PayloadLength(DictionaryHeader.Parse(json));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw DictionaryHeader.Corrupted(json, e.Message, e);
        }
    }

    private FrameFailure BadHeaderLength(ReadOnlySpan<byte> data, int length) => Corrupted(
        $"A header of {length} bytes can't be: it has from 2 to {MaximumHeaderLength}.{Peculiar.Length(data[..LengthBytes], data, Order, signed: true)}", length, received: data[..LengthBytes]);
}
