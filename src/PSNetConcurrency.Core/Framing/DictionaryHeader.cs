using System.Buffers;
using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>The header of a dictionary frame: a JSON object, as the peer wrote it. Nothing in it is trusted; what is asked for is checked.</summary>
public sealed class DictionaryHeader
{
    // Deep nesting is no header's need, and a parser's stack is bounded by it.
    internal static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 16, AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow };
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 16 };
    private OrderedDictionary? _values;

    private DictionaryHeader(JsonElement root) => Root = root;

    /// <summary>The JSON object.</summary>
    internal JsonElement Root { get; }

    /// <summary>The keys and values in the order they were written: strings, numbers (long, else double), booleans, null, arrays and dictionaries.</summary>
    public OrderedDictionary Values => _values ??= ToDictionary(Root);

    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/>: the bytes are not UTF-8 JSON, or not an object.</exception>
    public static DictionaryHeader Parse(ReadOnlySpan<byte> json)
    {
        // The reader does not look into strings.
        if (!Utf8.IsValid(json))
        {
            throw Corrupted(json, "it is no UTF-8");
        }
        try
        {
            Utf8JsonReader reader = new(json, ReaderOptions);
            JsonElement root = JsonElement.ParseValue(ref reader);
            return root.ValueKind == JsonValueKind.Object && !reader.Read()
                ? new DictionaryHeader(root)
                : throw Corrupted(json, "it is no JSON object");
        }
        catch (JsonException e)
        {
            throw Corrupted(json, e.Message, e);
        }
    }

    /// <summary>A header as JSON: strings, numbers, booleans, null, dictionaries, lists; of anything else its text.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: it is nested too deeply, or in itself.</exception>
    internal static byte[] Write(IDictionary values)
    {
        ArrayBufferWriter<byte> output = new();
        try
        {
            using Utf8JsonWriter writer = new(output, WriterOptions);
            WriteValue(writer, values);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new NetException(NetError.InvalidArgument, $"The header can't be written as JSON: {e.Message}", inner: e);
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A string, or null where the key is absent or has another type.</summary>
    public string? GetString(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? Text(value) : null;

    /// <summary>A whole number, or null where the key is absent or has another type.</summary>
    public long? GetInt64(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    internal static NetException Corrupted(ReadOnlySpan<byte> json, string why, Exception? inner = null) => new(NetError.FrameCorrupted,
        $"The header of a dictionary frame can't be read: {why.TrimEnd('.')}. It begins '{Encoding.ASCII.GetString(json[..Math.Min(json.Length, 40)])}'.", inner: inner, received: json.ToArray());

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        if (writer.CurrentDepth >= WriterOptions.MaxDepth)
        {
            throw new InvalidOperationException($"it is nested more than {WriterOptions.MaxDepth} deep.");
        }
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong large:
                writer.WriteNumberValue(large);
                break;
            case float or double:
                writer.WriteNumberValue(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case decimal exact:
                writer.WriteNumberValue(exact);
                break;
            case DateTime or DateTimeOffset:
                writer.WriteStringValue(((IFormattable)value).ToString("O", CultureInfo.InvariantCulture));
                break;
            case IDictionary values:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in values)
                {
                    writer.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
                    WriteValue(writer, entry.Value);
                }
                writer.WriteEndObject();
                break;
            case IEnumerable items and not string:
                writer.WriteStartArray();
                foreach (object? item in items)
                {
                    WriteValue(writer, item);
                }
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    // Half of a surrogate pair can be written as JSON ("\ud800"), and is no text.
    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Corrupted(System.Text.Encoding.UTF8.GetBytes(value.GetRawText()), "a string in it is no text", e);
        }
    }

    private static OrderedDictionary ToDictionary(JsonElement element)
    {
        OrderedDictionary values = [];
        try
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                values[property.Name] = ToValue(property.Value);
            }
        }
        catch (InvalidOperationException e)
        {
            throw Corrupted(System.Text.Encoding.UTF8.GetBytes(element.GetRawText()), "a key in it is no text", e);
        }
        return values;
    }

    private static object? ToValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Text(element),
        JsonValueKind.Number => element.TryGetInt64(out long number) ? (object)number : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => element.EnumerateArray().Select(ToValue).ToArray(),
        JsonValueKind.Object => ToDictionary(element),
        _ => null,
    };
}
