using System.Collections;
using System.Collections.Specialized;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency;

/// <summary>A frame: what a decoder found, or what a server's block answers with.</summary>
public sealed class Frame
{
    /// <summary>A frame to send.</summary>
    /// <param name="header">Its names and values; the payload's size is added.</param>
    /// <param name="payload">Text (sent as UTF-8), or bytes, also as a collection of numbers from 0 to 255; null for a header alone.</param>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: a collection of something else.</exception>
    public Frame(IDictionary? header, object? payload = null)
    {
        if (header is not null)
        {
            Header = [];
            foreach (DictionaryEntry entry in header)
            {
                Header[entry.Key] = entry.Value;
            }
        }
        HasPayload = payload is not null;
        Payload = payload switch
        {
            byte[] bytes => bytes,
            IEnumerable values and not string => ByteNumbers.Of(values)
                ?? throw new NetException(NetError.InvalidArgument, $"The payload, a {payload.GetType().Name}, is a collection whose items are not all bytes (numbers from 0 to 255). Give bytes, or text, such as items joined by -join.", payload),
            _ => System.Text.Encoding.UTF8.GetBytes(payload?.ToString() ?? ""),
        };
        Length = Payload.Length;
        Text = payload as string ?? System.Text.Encoding.UTF8.GetString(Payload);
    }

    internal Frame(byte[] payload, string text)
    {
        Payload = payload;
        Length = payload.Length;
        Text = text;
        HasPayload = true;
    }

    /// <summary>0 for the first frame of the stream, and so on.</summary>
    public long Index { get; internal init; }

    /// <summary>Where in the stream it begins.</summary>
    public long Offset { get; internal init; }

    /// <summary>How many bytes stand before the payload: the length, the header.</summary>
    public int HeaderBytes { get; internal init; }

    /// <summary>How many bytes the payload has.</summary>
    public int Length { get; }

    /// <summary>The header's names and values, in a format that has such a header; else null.</summary>
    public OrderedDictionary? Header { get; internal init; }

    public byte[] Payload { get; }

    /// <summary>The message as text: the payload, or of a frame that is only a header the header's JSON.</summary>
    public string Text { get; }

    /// <summary>Whether the stream ended within the frame; the payload is then what there was.</summary>
    public bool IsTruncated { get; internal init; }

    /// <summary>Whether it has a payload, if only an empty one.</summary>
    internal bool HasPayload { get; init; }

    public override string ToString() => Text;
}
