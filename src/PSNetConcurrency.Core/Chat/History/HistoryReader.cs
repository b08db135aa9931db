using System.Globalization;
using System.Text;
using System.Text.Json;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer;

namespace PSNetConcurrency.Core.Chat.History;

/// <summary>
/// Reads what a <see cref="HistoryWriter"/> wrote, message by message: once for the states that they ended in, once for the
/// messages. A line that is cut or is none of these is passed over.
/// </summary>
internal static class HistoryReader
{
    /// <exception cref="NetException">The file can't be read.</exception>
    public static IEnumerable<ChatMessage> Read(string path)
    {
        Dictionary<string, Ending> endings = [];
        foreach (JsonElement line in Lines(path, "state"))
        {
            if (Text(line, "id") is { } id && Enum.TryParse(Text(line, "state"), out ChatMessageState state))
            {
                Ending ending = endings.GetValueOrDefault(id) ?? new Ending();
                endings[id] = ending.Then(state, Time(line), line);
            }
        }
        foreach (JsonElement line in Lines(path, "message"))
        {
            if (Message(line, endings) is { } message)
            {
                yield return message;
            }
        }
    }

    private static ChatMessage? Message(JsonElement line, Dictionary<string, Ending> endings)
    {
        if (Text(line, "id") is not { } id || Text(line, "from") is not { } from || Text(line, "to") is not { } to || Time(line) is not { } time
            || !Enum.TryParse(Text(line, "direction"), out ChatDirection direction) || !Enum.TryParse(Text(line, "state"), out ChatMessageState state))
        {
            return null;
        }
        Ending? ending = endings.GetValueOrDefault(id);
        bool isSealed = Flag(line, "sealed");
        ChatMessage message = new(id, direction, from, ending?.To ?? to, Text(line, "text") ?? ending?.Text, isSealed)
        {
            Time = time,
            IsAutomatic = Flag(line, "automatic"),
            IsOpened = ending?.Text is not null,
            Attempt = ending?.Attempt ?? 0,
        };
        bool received = direction == ChatDirection.Received;
        message.Restore(ending?.State ?? state, ending?.Sent ?? (received ? time : null), ending?.Delivered ?? (received ? time : null), ending?.Read, ending?.Error);
        if (line.TryGetProperty("files", out JsonElement files) && files.ValueKind == JsonValueKind.Array)
        {
            int n = 0;
            message.File = [.. files.EnumerateArray().Where(f => f.ValueKind == JsonValueKind.Object).Select(f =>
                new ChatFile($"{id}:{n++}", Text(f, "name") ?? "", Number(f, "length") ?? 0, Flag(f, "folder"), null, message))];
        }
        return message;
    }

    private static IEnumerable<JsonElement> Lines(string path, string type)
    {
        using StreamReader reader = Open(path);
        while (NextLine(reader, path) is { } line)
        {
            JsonElement element;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                element = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                continue;
            }
            if (element.ValueKind == JsonValueKind.Object && Text(element, "type") == type)
            {
                yield return element;
            }
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, path);
        }
    }

    private static string? NextLine(StreamReader reader, string path)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, path);
        }
    }

    private static string? Text(JsonElement line, string key)
    {
        if (!line.TryGetProperty(key, out JsonElement value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair can be written as JSON, and is no text.
            return null;
        }
    }

    private static long? Number(JsonElement line, string key) => line.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    private static bool Flag(JsonElement line, string key) => line.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static DateTimeOffset? Time(JsonElement line) =>
        DateTimeOffset.TryParse(Text(line, "time"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset time) ? time : null;

    private sealed record Ending
    {
        public ChatMessageState State { get; init; }

        public DateTimeOffset? Sent { get; init; }

        public DateTimeOffset? Delivered { get; init; }

        public DateTimeOffset? Read { get; init; }

        public string? Error { get; init; }

        public string? Text { get; init; }

        public string? To { get; init; }

        public int Attempt { get; init; }

        public Ending Then(ChatMessageState state, DateTimeOffset? time, JsonElement line) => this with
        {
            State = state,
            Sent = Sent ?? (state is ChatMessageState.Sent ? time : null),
            Delivered = Delivered ?? (state is ChatMessageState.Delivered or ChatMessageState.Read ? time : null),
            Read = Read ?? (state is ChatMessageState.Read ? time : null),
            Error = HistoryReader.Text(line, "error") ?? Error,
            Text = HistoryReader.Text(line, "text") ?? Text,
            To = HistoryReader.Text(line, "to") ?? To,
            Attempt = Number(line, "attempt") is { } attempt and >= 0 and <= int.MaxValue ? (int)attempt : Attempt,
        };
    }
}
