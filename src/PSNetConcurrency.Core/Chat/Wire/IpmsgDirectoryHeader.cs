using System.Buffers;
using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Chat.Wire;

/// <summary>One header in the stream of a folder: header-size:filename:file-size:fileattr:extended attributes:, and then the file's content.</summary>
internal sealed record IpmsgDirectoryHeader(string Name, long Size, IpmsgFileType Type, DateTimeOffset? Modified)
{
    /// <summary>The longest header taken; a name of 255 characters with all its attributes is far shorter.</summary>
    public const int MaximumLength = 8192;

    /// <summary>The header's size is written in so many digits, as other programs do.</summary>
    private const int SizeDigits = 4;

    private const int ModifiedAttribute = 0x14;

    /// <summary>How long the header at the front is; 0 where that can't be told yet, -1 where it is none.</summary>
    public static int LengthOf(ReadOnlySpan<byte> data)
    {
        int end = data[..Math.Min(data.Length, 9)].IndexOf((byte)':');
        if (end < 0)
        {
            return data.Length >= 9 ? -1 : 0;
        }
        return IpmsgFile.TryParseHex(data[..end], out long length) && length > end && length <= MaximumLength ? (int)length : -1;
    }

    /// <summary>Reads one whole header.</summary>
    public static IpmsgDirectoryHeader? Read(ReadOnlySpan<byte> header, Func<byte[], string> decode)
    {
        ReadOnlySpan<byte> rest = header;
        if (!IpmsgFile.TryTakeHex(ref rest, out _)
            || !IpmsgFile.TryTakeName(ref rest, out byte[] name)
            || !IpmsgFile.TryTakeHex(ref rest, out long size)
            || !IpmsgFile.TryTakeHex(ref rest, out long attributes))
        {
            return null;
        }
        DateTimeOffset? modified = null;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)':');
            ReadOnlySpan<byte> attribute = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            int equals = attribute.IndexOf((byte)'=');
            if (equals > 0 && IpmsgFile.TryParseHex(attribute[..equals], out long key) && key == ModifiedAttribute && IpmsgFile.TryParseHex(attribute[(equals + 1)..], out long seconds))
            {
                modified = IpmsgFile.Time(seconds);
            }
        }
        return new IpmsgDirectoryHeader(decode(name), size, (IpmsgFileType)(attributes & 0xff), modified);
    }

    public byte[] Encode(Encoding encoding)
    {
        ArrayBufferWriter<byte> body = new();
        string time = Modified is { } modified ? string.Create(CultureInfo.InvariantCulture, $"{ModifiedAttribute:x}={modified.ToUnixTimeSeconds():x}:") : "";
        encoding.GetBytes(string.Create(CultureInfo.InvariantCulture, $":{IpmsgFile.Escape(Name)}:{Size:x}:{(int)Type:x}:{time}"), body);
        int length = SizeDigits + body.WrittenCount;
        return [.. Encoding.ASCII.GetBytes(length.ToString("x4", CultureInfo.InvariantCulture)), .. body.WrittenSpan];
    }
}
