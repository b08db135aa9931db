using System.Collections.Specialized;
using System.Text;
using System.Text.Json;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>The header of a dictionary frame: a JSON object, as the peer wrote it. Nothing in it is trusted; what is asked for is checked.</summary>
public sealed class DictionaryHeader
{
    // Deep nesting is no header's need, and a parser's stack is bounded by it.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow };
    private OrderedDictionary? _values;

    private DictionaryHeader(JsonElement root) => Root = root;

    /// <summary>The JSON object.</summary>
    internal JsonElement Root { get; }

    /// <summary>The keys and values in the order they were written: strings, numbers (long, else double), booleans, null, arrays and dictionaries.</summary>
    public OrderedDictionary Values => _values ??= ToDictionary(Root);

    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/>: the bytes are not UTF-8 JSON, or not an object.</exception>
    public static DictionaryHeader Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
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

    /// <summary>A string, or null where the key is absent or has another type.</summary>
    public string? GetString(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A whole number, or null where the key is absent or has another type.</summary>
    public long? GetInt64(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    private static NetException Corrupted(ReadOnlySpan<byte> json, string why, Exception? inner = null) => new(NetError.FrameCorrupted,
        $"The header of a dictionary frame can't be read: {why.TrimEnd('.')}. It begins '{Encoding.ASCII.GetString(json[..Math.Min(json.Length, 40)])}'.", inner: inner, received: json.ToArray());

    private static OrderedDictionary ToDictionary(JsonElement element)
    {
        OrderedDictionary values = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            values[property.Name] = ToValue(property.Value);
        }
        return values;
    }

    private static object? ToValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out long number) ? number : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => element.EnumerateArray().Select(ToValue).ToArray(),
        JsonValueKind.Object => ToDictionary(element),
        _ => null,
    };
}
