using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Chat.Wire;

/// <summary>What a receiver asks for over TCP: packetNo:fileID:offset, in hexadecimal, as the text of GETFILEDATA or GETDIRFILES.</summary>
internal sealed record IpmsgFileRequest(long PacketNumber, int FileId, long Offset, bool IsFolder)
{
    /// <summary>The longest request taken.</summary>
    public const int MaximumLength = 2048;

    /// <summary>The number of the file where the program writes it in decimal; some do.</summary>
    public int? DecimalFileId { get; init; }

    public byte[] Text() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{PacketNumber:x}:{FileId:x}:{Offset:x}:\0"));

    public static IpmsgFileRequest? Read(IpmsgPacket packet)
    {
        ReadOnlySpan<byte> rest = packet.Text.Span.TrimEnd("\r\n "u8);
        int first = rest.IndexOf((byte)':');
        if (packet.Command is not (IpmsgCommand.GetFileData or IpmsgCommand.GetDirFiles) || first < 0)
        {
            return null;
        }
        int second = rest[(first + 1)..].IndexOf((byte)':');
        ReadOnlySpan<byte> id = second < 0 ? rest[(first + 1)..] : rest.Slice(first + 1, second);
        if (!IpmsgFile.TryTakeHex(ref rest, out long number) || !IpmsgFile.TryTakeHex(ref rest, out long file) || file > int.MaxValue)
        {
            return null;
        }
        long offset = 0;
        if (!rest.IsEmpty && !IpmsgFile.TryTakeHex(ref rest, out offset))
        {
            return null;
        }
        return new IpmsgFileRequest(number, (int)file, offset, packet.Command == IpmsgCommand.GetDirFiles)
        {
            DecimalFileId = IpmsgPacket.TryParseNumber(id, out long plain) && plain <= int.MaxValue ? (int)plain : null,
        };
    }

    /// <summary>
    /// Whether the bytes hold all of a request. Nothing ends one for certain: programs send a NUL, a colon, or nothing behind it.
    /// </summary>
    /// <param name="data">What has come.</param>
    /// <param name="surely">Whether nothing of it can be missing.</param>
    public static bool IsComplete(ReadOnlySpan<byte> data, out bool surely)
    {
        surely = false;
        if (!IpmsgPacket.TryParse(data.ToArray(), out IpmsgPacket? packet) || Read(packet) is null)
        {
            return false;
        }
        int colons = packet.Text.Span.Count((byte)':');
        surely = data[^1] == 0 || colons >= (packet.Command == IpmsgCommand.GetFileData ? 3 : 2);
        return packet.Command == IpmsgCommand.GetFileData ? colons >= 2 && packet.Text.Span[^1] != ':' || surely : colons >= 1;
    }
}
