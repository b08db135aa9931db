using System.Buffers;
using System.Text;

namespace PSNetConcurrency.Core.Chat.Wire;

/// <summary>
/// Who is there, as BR_ENTRY, ANSENTRY and BR_ABSENCE tell it: nickname and group in the text and behind its first NUL, and
/// behind the second all names again in UTF-8 (UN, HN, NN, GN), which hold where they differ.
/// </summary>
internal sealed record IpmsgEntry(string User, string Host, string NickName, string Group)
{
    /// <summary>Whether it can take UTF-8: it says so by flag, or as iptux does.</summary>
    public bool SupportsUtf8 { get; init; }

    /// <summary>The encoding it names, as iptux does in a fourth part; else null.</summary>
    public Encoding? Encoding { get; init; }

    public static IpmsgEntry Read(IpmsgPacket packet, Encoding legacy)
    {
        bool utf8 = packet.Has(IpmsgOptions.Utf8);
        ReadOnlyMemory<byte>[] sections = [.. packet.Sections()];
        // iptux: group, icon, encoding.
        Encoding? named = sections.Length >= 3 && sections[2].Length is > 0 and < 40 ? IpmsgText.FindEncoding(System.Text.Encoding.Latin1.GetString(sections[2].Span)) : null;
        Encoding own = named ?? legacy;
        string user = Decode(packet.User), host = Decode(packet.Host), nick = Decode(packet.Text), group = sections.Length > 0 ? Decode(sections[0]) : "";
        if (sections.Length >= 2 && sections[1].Length > 1 && sections[1].Span[0] == (byte)'\n')
        {
            foreach (string line in IpmsgText.Utf8.GetString(sections[1].Span).Split('\n', 16, StringSplitOptions.RemoveEmptyEntries))
            {
                string value = line.Length > 3 ? IpmsgText.CleanName(line[3..]) : "";
                if (value.Length == 0)
                {
                    continue;
                }
                switch (line[..3])
                {
                    case "UN:": user = value; break;
                    case "HN:": host = value; break;
                    case "NN:": nick = value; break;
                    case "GN:": group = value; break;
                }
            }
        }
        return new IpmsgEntry(user, host, nick, group) { SupportsUtf8 = packet.Has(IpmsgOptions.CapUtf8) || named is UTF8Encoding, Encoding = named };

        string Decode(ReadOnlyMemory<byte> bytes) => IpmsgText.CleanName(IpmsgText.Decode(bytes.Span, utf8, own));
    }

    /// <summary>The text of a packet that carries this entry.</summary>
    public byte[] Text(Encoding legacy) => legacy.GetBytes(NickName);

    /// <summary>What goes behind the text.</summary>
    /// <param name="legacy">The encoding of the group, for programs that know no UTF-8.</param>
    /// <param name="brief">Only the group.</param>
    public byte[] Extra(Encoding legacy, bool brief)
    {
        ArrayBufferWriter<byte> output = new();
        output.Write(legacy.GetBytes(Group));
        output.Write("\0"u8);
        if (!brief)
        {
            System.Text.Encoding utf8 = IpmsgText.Utf8;
            utf8.GetBytes($"\nUN:{User}\nHN:{Host}\nNN:{NickName}\nGN:{Group}\n", output);
            // iptux takes the fourth part for the encoding of all else we send.
            output.Write("\0utf-8\0"u8);
        }
        return output.WrittenSpan.ToArray();
    }
}
