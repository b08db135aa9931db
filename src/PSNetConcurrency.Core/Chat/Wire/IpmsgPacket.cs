using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Chat.Wire;

/// <summary>
/// One datagram of the IP Messenger protocol: version:packetNo:user:host:command:text, then, behind a NUL, what the command
/// has beside its text. Names and texts are bytes here; <see cref="IpmsgText"/> knows their encoding.
/// </summary>
internal sealed class IpmsgPacket
{
    /// <summary>The longest datagram there can be over IPv4.</summary>
    public const int MaximumLength = 65_507;

    /// <summary>The longest version, user or host, in bytes.</summary>
    public const int MaximumName = 256;

    private const uint CommandMask = 0xff;

    public string Version { get; init; } = "1";

    /// <summary>The packet's number; each of a sender is another, until the sender starts anew.</summary>
    public required long Number { get; init; }

    public required ReadOnlyMemory<byte> User { get; init; }

    public required ReadOnlyMemory<byte> Host { get; init; }

    public required IpmsgCommand Command { get; init; }

    public IpmsgOptions Options { get; init; }

    /// <summary>The text: a message, a nickname, the number of another packet.</summary>
    public ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>What follows the NUL behind the text: a group, a list of files. Empty where there is none.</summary>
    public ReadOnlyMemory<byte> Extra { get; init; }

    public bool Has(IpmsgOptions option) => (Options & option) != 0;

    /// <summary>Reads a packet; false where the bytes are none. The packet keeps parts of <paramref name="data"/>.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> data, [NotNullWhen(true)] out IpmsgPacket? packet)
    {
        packet = null;
        if (data.Length > MaximumLength)
        {
            return false;
        }
        ReadOnlyMemory<byte> rest = data;
        if (!TryTake(ref rest, MaximumName, out ReadOnlyMemory<byte> version)
            || !TryTake(ref rest, 20, out ReadOnlyMemory<byte> number)
            || !TryTake(ref rest, MaximumName, out ReadOnlyMemory<byte> user)
            || !TryTake(ref rest, MaximumName, out ReadOnlyMemory<byte> host)
            || !TryTakeCommand(ref rest, out uint code)
            || version.IsEmpty || !TryParseNumber(number.Span, out long no))
        {
            return false;
        }
        int end = rest.Span.IndexOf((byte)0);
        packet = new IpmsgPacket
        {
            Version = IpmsgText.CleanName(Encoding.Latin1.GetString(version.Span)),
            Number = no,
            User = user,
            Host = host,
            Command = (IpmsgCommand)(code & CommandMask),
            Options = (IpmsgOptions)(code & ~CommandMask),
            Text = end < 0 ? rest : rest[..end],
            Extra = end < 0 ? default : rest[(end + 1)..],
        };
        return packet.Version.Length > 0;
    }

    /// <summary>Reads a number of the protocol: digits, and nothing but blanks or a NUL behind them.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> text, out long number) =>
        Utf8Parser.TryParse(text, out number, out int used) && number >= 0 && text[0] is >= (byte)'0' and <= (byte)'9' && text[used..].TrimEnd(" \0\r\n"u8).IsEmpty;

    /// <summary>The packet's bytes.</summary>
    public byte[] Encode()
    {
        uint code = (uint)Options | (uint)Command;
        string head = string.Create(CultureInfo.InvariantCulture, $"{Version}:{Number}:");
        string tail = string.Create(CultureInfo.InvariantCulture, $":{code}:");
        ArrayBufferWriter<byte> output = new(64 + User.Length + Host.Length + Text.Length + Extra.Length);
        Encoding.Latin1.GetBytes(head, output);
        output.Write(User.Span);
        output.Write(":"u8);
        output.Write(Host.Span);
        Encoding.Latin1.GetBytes(tail, output);
        output.Write(Text.Span);
        if (!Extra.IsEmpty)
        {
            output.Write("\0"u8);
            output.Write(Extra.Span);
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The parts of <see cref="Extra"/> between NULs, a few at most.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Sections()
    {
        ReadOnlyMemory<byte> rest = Extra;
        for (int n = 0; n < 8 && !rest.IsEmpty; n++)
        {
            int end = rest.Span.IndexOf((byte)0);
            yield return end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
        }
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> rest, int longest, out ReadOnlyMemory<byte> field)
    {
        int end = rest.Span.IndexOf((byte)':');
        if (end < 0 || end > longest || rest.Span[..end].Contains((byte)0))
        {
            field = default;
            return false;
        }
        field = rest[..end];
        rest = rest[(end + 1)..];
        return true;
    }

    // The last field before the text: some programs leave its colon out where there is no text.
    private static bool TryTakeCommand(ref ReadOnlyMemory<byte> rest, out uint code)
    {
        ReadOnlySpan<byte> span = rest.Span;
        if (!Utf8Parser.TryParse(span, out long value, out int used) || value is < int.MinValue or > uint.MaxValue)
        {
            code = 0;
            return false;
        }
        // As a signed number where the highest bit is set.
        code = unchecked((uint)value);
        if (used == span.Length || span[used] == 0)
        {
            rest = rest[used..];
            return true;
        }
        rest = rest[(used + 1)..];
        return span[used] == ':';
    }
}
