using System.Buffers;
using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Chat.Wire;

/// <summary>What an attachment is: the low eight bits of its attributes.</summary>
internal enum IpmsgFileType
{
    /// <summary>IPMSG_FILE_REGULAR</summary>
    Regular = 1,

    /// <summary>IPMSG_FILE_DIR</summary>
    Directory = 2,

    /// <summary>IPMSG_FILE_RETPARENT: in the stream of a folder, up to the folder above.</summary>
    ReturnToParent = 3,

    /// <summary>IPMSG_FILE_SYMLINK</summary>
    SymbolicLink = 4,

    /// <summary>IPMSG_FILE_CLIPBOARD: an image of the message's text.</summary>
    Clipboard = 0x20,
}

/// <summary>A file or folder in the list of a message: fileID:filename:size:mtime:fileattr:extended attributes:\a.</summary>
internal sealed record IpmsgFile(int Id, string Name, long Size, DateTimeOffset? Modified, IpmsgFileType Type)
{
    /// <summary>The most files one message may offer.</summary>
    public const int Most = 1000;

    private const byte ListSeparator = (byte)'\a';

    /// <summary>The list of files in a message's extra; what is no file of it is left out.</summary>
    public static List<IpmsgFile> ReadList(ReadOnlySpan<byte> extra, Func<byte[], string> decode)
    {
        List<IpmsgFile> files = [];
        int end = extra.IndexOf((byte)0);
        ReadOnlySpan<byte> rest = end < 0 ? extra : extra[..end];
        while (!rest.IsEmpty && files.Count < Most)
        {
            int next = rest.IndexOf(ListSeparator);
            // Between two there may be one more colon.
            ReadOnlySpan<byte> one = (next < 0 ? rest : rest[..next]).TrimStart((byte)':');
            if (Read(one, decode) is { } file)
            {
                files.Add(file);
            }
            rest = next < 0 ? default : rest[(next + 1)..];
        }
        return files;
    }

    /// <summary>The extra of a message that offers the files.</summary>
    public static byte[] WriteList(IEnumerable<IpmsgFile> files, Encoding encoding)
    {
        ArrayBufferWriter<byte> output = new();
        foreach (IpmsgFile file in files)
        {
            encoding.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file.Id}:{Escape(file.Name)}:{file.Size:x}:{file.Modified?.ToUnixTimeSeconds() ?? 0:x}:{(int)file.Type:x}:\a"), output);
        }
        output.Write("\0"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A name as it is written between colons.</summary>
    public static string Escape(string name) => name.Replace(":", "::", StringComparison.Ordinal);

    /// <summary>Takes a name off the front, up to a colon that stands alone; false where there is none.</summary>
    public static bool TryTakeName(ref ReadOnlySpan<byte> rest, out byte[] name)
    {
        ArrayBufferWriter<byte> taken = new();
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] != ':')
            {
                continue;
            }
            bool escaped = i + 1 < rest.Length && rest[i + 1] == ':';
            taken.Write(escaped ? rest[..(i + 1)] : rest[..i]);
            rest = rest[(escaped ? i + 2 : i + 1)..];
            if (!escaped)
            {
                name = taken.WrittenSpan.ToArray();
                return true;
            }
            i = -1;
        }
        name = [];
        return false;
    }

    /// <summary>Takes a hexadecimal number and the colon behind it off the front.</summary>
    public static bool TryTakeHex(ref ReadOnlySpan<byte> rest, out long value)
    {
        int end = rest.IndexOf((byte)':');
        ReadOnlySpan<byte> digits = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return TryParseHex(digits, out value);
    }

    public static bool TryParseHex(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        return digits.Length is > 0 and <= 16 && long.TryParse(Encoding.Latin1.GetString(digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0;
    }

    /// <summary>The time that a number of seconds tells; null for none, or one that no calendar has.</summary>
    public static DateTimeOffset? Time(long seconds) => seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static IpmsgFile? Read(ReadOnlySpan<byte> one, Func<byte[], string> decode)
    {
        int end = one.IndexOf((byte)':');
        if (end <= 0 || !IpmsgPacket.TryParseNumber(one[..end], out long id) || id > int.MaxValue)
        {
            return null;
        }
        ReadOnlySpan<byte> rest = one[(end + 1)..];
        return TryTakeName(ref rest, out byte[] name) && name.Length > 0
            && TryTakeHex(ref rest, out long size)
            && TryTakeHex(ref rest, out long modified)
            && TryTakeHex(ref rest, out long attributes)
            ? new IpmsgFile((int)id, decode(name), size, Time(modified), (IpmsgFileType)(attributes & 0xff))
            : null;
    }
}
