using System.Collections;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Turns what flows down a pipeline into bytes for the wire, and back.</summary>
internal static class PayloadConverter
{
    /// <summary>Bytes as they are, text in the encoding; anything else as PowerShell would print it in a string.</summary>
    public static byte[] ToBytes(object? value, Encoding encoding) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => [],
        byte[] bytes => bytes,
        byte single => [single],
        string text => encoding.GetBytes(text),
        ReadOnlyMemory<byte> memory => memory.ToArray(),
        object[] { Length: > 0 } items when items.All(i => i is byte or PSObject { BaseObject: byte }) => items.Select(i => (byte)LanguagePrimitives.ConvertTo(i, typeof(byte), null)!).ToArray(),
        IList<byte> list => [.. list],
        ICollection items => encoding.GetBytes(string.Join('\n', items.Cast<object?>().Select(Text))),
        // Not what it wraps: an object made of properties alone wraps nothing.
        _ => encoding.GetBytes(Text(value)),
    };

    /// <summary>
    /// The messages in a run of pipeline objects. PowerShell unrolls a byte array into bytes; a run of them is one message again.
    /// </summary>
    public static List<FrameContent> ToMessages(IEnumerable<PSObject?> values, FrameFormat format, Encoding encoding)
    {
        List<FrameContent> messages = [];
        ByteRun run = new();
        foreach (PSObject? value in values)
        {
            if (run.TryAdd(value?.BaseObject))
            {
                continue;
            }
            EndRun();
            if (value is not null)
            {
                messages.Add(ToContent(format, value, null, encoding));
            }
        }
        EndRun();
        return messages;

        void EndRun()
        {
            if (run.Take() is { } bytes)
            {
                messages.Add(new FrameContent(null, bytes));
            }
        }
    }

    /// <summary>
    /// The header and payload of a message. In a format with headers a dictionary alone is a header without payload; a
    /// <see cref="Frame"/> brings its own.
    /// </summary>
    public static FrameContent ToContent(FrameFormat format, object? message, IDictionary? header, Encoding encoding)
    {
        object? value = message is PSObject wrapped ? wrapped.BaseObject : message;
        return value switch
        {
            Frame frame => new FrameContent(header is not null ? HeaderValues.Unwrap(header) : format.HasHeader ? frame.Header : null, frame.HasPayload ? frame.Payload : null),
            IDictionary alone when format.HasHeader && header is null => new FrameContent(HeaderValues.Unwrap(alone), null),
            null => new FrameContent(header is null ? null : HeaderValues.Unwrap(header), null),
            _ => new FrameContent(header is null ? null : HeaderValues.Unwrap(header), ToBytes(message, encoding)),
        };
    }

    /// <summary>
    /// A message as a script gets it: text, or bytes; of a frame that is only a header the header's text. What a header says
    /// is at hand as the property Header.
    /// </summary>
    public static object ToMessage(FrameFormat format, byte[]? header, byte[] payload, Encoding encoding, bool asBytes)
    {
        if (header is null)
        {
            return asBytes ? payload : encoding.GetString(payload);
        }
        byte[] message = format.IsHeaderOnly(header) ? header : payload;
        PSObject result = new(asBytes ? message : Text(message, payload, encoding));
        result.Properties.Add(new PSNoteProperty(nameof(Frame.Header), format.ReadHeader(header)));
        return result;
    }

    /// <summary>A frame as an object.</summary>
    public static Frame ToFrame(FrameFormat format, byte[]? header, byte[] payload, Encoding encoding, long index, long offset, int headerBytes, bool truncated = false)
    {
        bool alone = header is not null && format.IsHeaderOnly(header);
        return new Frame(payload, Text(alone ? header! : payload, payload, encoding))
        {
            Index = index,
            Offset = offset,
            HeaderBytes = headerBytes,
            Header = header is null ? null : format.ReadHeader(header),
            HasPayload = !alone,
            IsTruncated = truncated,
        };
    }

    /// <summary>Whether there is nothing in it that a person would call a message.</summary>
    public static bool IsBlank(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => true,
        string text => string.IsNullOrWhiteSpace(text),
        ICollection items => items.Count == 0,
        PSCustomObject => string.IsNullOrWhiteSpace(Text(value)),
        _ => false,
    };

    // A header is UTF-8, whatever the payload's encoding.
    private static string Text(byte[] message, byte[] payload, Encoding encoding) => (message == payload ? encoding : Encoding.UTF8).GetString(message);

    private static string Text(object? value) => LanguagePrimitives.ConvertTo<string>(value) ?? "";
}
