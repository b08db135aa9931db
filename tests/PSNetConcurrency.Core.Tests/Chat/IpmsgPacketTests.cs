using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Chat.Wire;

namespace PSNetConcurrency.Core.Tests.Chat;

public class IpmsgPacketTests
{
    private static readonly Encoding ShiftJis = IpmsgText.FindEncoding("shift_jis")!, Gb18030 = IpmsgText.FindEncoding("gb18030")!;

    private static readonly Gen<byte[]> Field = Gen.Byte.Where(b => b is not ((byte)':' or 0)).Array[0, 40];

    private static readonly Gen<string> AnyName = Gen.String[Gen.Char[' ', 'ÿ'], 1, 30].Select(s => IpmsgText.CleanName(s.Replace('/', 'x'))).Where(s => s.Length > 0);

    [Fact]
    public void The_protocols_own_example()
    {
        IpmsgPacket packet = Parse("1:100:shirouzu:jupiter:32:Hello");
        Assert.Equal((100, IpmsgCommand.SendMsg, IpmsgOptions.None), (packet.Number, packet.Command, packet.Options));
        Assert.Equal(("shirouzu", "jupiter", "Hello"), (Latin(packet.User), Latin(packet.Host), Latin(packet.Text)));
        Assert.Equal("1:100:shirouzu:jupiter:32:Hello", Encoding.Latin1.GetString(packet.Encode()));
    }

    [Fact]
    public void An_entry_of_iptux()
    {
        IpmsgPacket packet = Parse("iptux 0.8.0:1:lidaobing:lidaobing.lan:257:lidaobing");
        Assert.Equal(("iptux 0.8.0", IpmsgCommand.BrEntry, IpmsgOptions.Absence), (packet.Version, packet.Command, packet.Options));
        IpmsgEntry entry = IpmsgEntry.Read(packet, IpmsgText.Utf8);
        Assert.Equal(("lidaobing", "lidaobing.lan", "lidaobing", "", false), (entry.User, entry.Host, entry.NickName, entry.Group, entry.SupportsUtf8));
    }

    [Fact]
    public void What_iptux_writes_behind_its_nickname_is_group_icon_and_encoding()
    {
        IpmsgEntry entry = IpmsgEntry.Read(Parse("iptux 0.8.0:7:tux:box:257:Tux\0penguins\0tux.png\0utf-8\0"), Gb18030);
        Assert.Equal(("Tux", "penguins", true), (entry.NickName, entry.Group, entry.SupportsUtf8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1:2:3:4")]
    [InlineData("1:x:user:host:1:")]
    [InlineData("1::user:host:1:")]
    [InlineData("1:-4:user:host:1:")]
    [InlineData("1:99999999999999999999:user:host:1:")]
    [InlineData("1:5:user:host::text")]
    [InlineData("1:5:user:host:x:text")]
    [InlineData("1:5:user:host:99999999999:text")]
    [InlineData("1:5:us\0er:host:1:text")]
    [InlineData(":5:user:host:1:text")]
    public void What_is_no_packet_is_none(string text) => Assert.False(IpmsgPacket.TryParse(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void Longer_names_than_anybody_has_are_refused() =>
        Assert.False(IpmsgPacket.TryParse(Encoding.Latin1.GetBytes($"1:5:{new string('u', IpmsgPacket.MaximumName + 1)}:host:1:"), out _));

    [Theory]
    [InlineData("1:5:user:host:1", 1)]
    [InlineData("1:5:user:host:2147483649:", 0x80000001u)]
    [InlineData("1:5:user:host:-2147483647:", 0x80000001u)]
    public void Commands_as_programs_write_them(string text, uint code)
    {
        IpmsgPacket packet = Parse(text);
        Assert.Equal(code, (uint)packet.Command | (uint)packet.Options);
    }

    [Fact]
    public void Decoding_undoes_encoding() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Field, Field, Gen.Int[0, 255], Gen.UInt).Select(Gen.Byte.Where(b => b != 0).Array[0, 300], Gen.Byte.Array[0, 300], (head, text, extra) => new IpmsgPacket
        {
            Number = head.Item1,
            User = head.Item2,
            Host = head.Item3,
            Command = (IpmsgCommand)head.Item4,
            Options = (IpmsgOptions)(head.Item5 & ~0xffu),
            Text = text,
            Extra = extra,
        }).Sample(packet =>
        {
            Assert.True(IpmsgPacket.TryParse(packet.Encode(), out IpmsgPacket? again));
            Assert.Equal((packet.Version, packet.Number, packet.Command, packet.Options), (again.Version, again.Number, again.Command, again.Options));
            Assert.Equal(packet.User.ToArray(), again.User.ToArray());
            Assert.Equal(packet.Host.ToArray(), again.Host.ToArray());
            Assert.Equal(packet.Text.ToArray(), again.Text.ToArray());
            Assert.Equal(packet.Extra.ToArray(), again.Extra.ToArray());
        });

    [Theory]
    [InlineData("shift_jis", "山田太郎", "営業部")]
    [InlineData("gb18030", "李大冰", "研发")]
    [InlineData("utf-8", "Zoë 🐧", "Zürich")]
    public void An_entry_is_read_in_UTF8_whatever_the_older_encoding(string encoding, string nick, string group)
    {
        IpmsgEntry entry = new("user", "host", nick, group);
        foreach ((string legacy, bool brief) in new[] { (encoding, false), ("iso-8859-1", false), (encoding, true) })
        {
            Encoding theirs = IpmsgText.FindEncoding(legacy)!;
            IpmsgPacket packet = new() { Number = 1, User = "user"u8.ToArray(), Host = "host"u8.ToArray(), Command = IpmsgCommand.BrEntry, Options = IpmsgOptions.CapUtf8, Text = entry.Text(theirs), Extra = entry.Extra(theirs, brief) };
            IpmsgEntry read = IpmsgEntry.Read(Parse(packet.Encode()), theirs);
            Assert.Equal((nick, group, true), (read.NickName, read.Group, read.SupportsUtf8));
        }
    }

    [Fact]
    public void A_group_that_does_not_exist_leaves_room_for_what_follows()
    {
        IpmsgEntry entry = IpmsgEntry.Read(Parse("1:5:?:?:16777217:?\0\0\nUN:übung\nHN:rechner\nNN:Ü\n"), IpmsgText.Utf8);
        Assert.Equal(("übung", "rechner", "Ü", ""), (entry.User, entry.Host, entry.NickName, entry.Group));
    }

    [Fact]
    public void Text_is_decoded_by_flag_then_as_UTF8_then_in_the_peers_encoding()
    {
        Assert.Equal("漢字", IpmsgText.Decode("漢字"u8, utf8: true, ShiftJis));
        Assert.Equal("漢字", IpmsgText.Decode("漢字"u8, utf8: false, ShiftJis));
        Assert.Equal("漢字", IpmsgText.Decode(ShiftJis.GetBytes("漢字"), utf8: false, ShiftJis));
        Assert.Equal("汉字", IpmsgText.Decode(Gb18030.GetBytes("汉字"), utf8: false, Gb18030));
    }

    [Theory]
    [InlineData("\u001b[31mred\u001b[0m", "[31mred[0m")]
    [InlineData("a\u0007b\u009bc\r\nd", "abc  d")]
    [InlineData("gpj\u202eexe.txt", "gpjexe.txt")]
    [InlineData("  \u200bname\u2066\ufeff ", "name")]
    public void Names_are_shown_without_what_a_terminal_would_obey(string name, string shown) => Assert.Equal(shown, IpmsgText.CleanName(name));

    [Fact]
    public void Texts_keep_their_lines_and_tabs_and_nothing_else_that_is_a_command() =>
        Assert.Equal("a\n\tb\nc[2J", IpmsgText.CleanText("a\r\n\tb\rc\u001b[2J\u202e\u0000"));

    [Fact]
    public void A_list_of_files_comes_out_as_it_went_in() =>
        Gen.Select(Gen.Int[0, int.MaxValue], AnyName, Gen.Long[0, long.MaxValue], Gen.Bool, Gen.Long[1, 4_000_000_000]).Array[1, 20].Sample(drawn =>
        {
            IpmsgFile[] files = [.. drawn.Select(d => new IpmsgFile(d.Item1, d.Item2, d.Item3, DateTimeOffset.FromUnixTimeSeconds(d.Item5), d.Item4 ? IpmsgFileType.Directory : IpmsgFileType.Regular)).Where(f => !f.Name.StartsWith(':'))];
            Assert.Equal(files, IpmsgFile.ReadList(IpmsgFile.WriteList(files, IpmsgText.Utf8), IpmsgText.Utf8.GetString));
        });

    [Theory]
    [InlineData("0:a.txt:5:65000000:1:\a")]
    [InlineData("0:a.txt:5:65000000:1:\a:")]
    [InlineData("0:a.txt:5:65000000:1\a")]
    [InlineData("0:a.txt:5:65000000:1001:14=65000000,3:\a1::::\a:\0rest")]
    [InlineData("\a:0:a.txt:5:65000000:1:10=1a4:")]
    public void A_list_of_files_as_programs_write_it(string list)
    {
        IpmsgFile file = Assert.Single(IpmsgFile.ReadList(Encoding.Latin1.GetBytes(list), Encoding.Latin1.GetString));
        Assert.Equal((0, "a.txt", 5, IpmsgFileType.Regular), (file.Id, file.Name, file.Size, file.Type));
    }

    [Fact]
    public void A_colon_in_a_files_name_is_written_twice()
    {
        IpmsgFile file = new(3, "a:b::c:", 1, null, IpmsgFileType.Regular);
        Assert.StartsWith("3:a::b::::c:::1:", Encoding.UTF8.GetString(IpmsgFile.WriteList([file], IpmsgText.Utf8)));
        Assert.Equal(file.Name, Assert.Single(IpmsgFile.ReadList(IpmsgFile.WriteList([file], IpmsgText.Utf8), IpmsgText.Utf8.GetString)).Name);
    }

    [Fact]
    public void A_message_offers_no_more_files_than_are_taken() =>
        Assert.Equal(IpmsgFile.Most, IpmsgFile.ReadList(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("0:a:1:1:1:\a", 2 * IpmsgFile.Most))), Encoding.Latin1.GetString).Count);

    [Fact]
    public void A_folders_header_comes_out_as_it_went_in() =>
        Gen.Select(AnyName, Gen.Long[0, long.MaxValue], Gen.Long[1, 4_000_000_000]).Where(d => !d.Item1.StartsWith(':')).Sample(d =>
        {
            IpmsgDirectoryHeader header = new(d.Item1, d.Item2, IpmsgFileType.Regular, DateTimeOffset.FromUnixTimeSeconds(d.Item3));
            byte[] bytes = header.Encode(IpmsgText.Utf8);
            Assert.Equal(bytes.Length, IpmsgDirectoryHeader.LengthOf([.. bytes, .. "content"u8]));
            Assert.Equal(header, IpmsgDirectoryHeader.Read(bytes, IpmsgText.Utf8.GetString));
        });

    [Theory]
    [InlineData("002c:docs:000000000:2:14=65000000:16=65000000:", "docs", 2)]
    [InlineData("16:.:0:3:14=65000000:", ".", 3)]
    public void A_folders_header_as_programs_write_it(string text, string name, int type)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int length = IpmsgDirectoryHeader.LengthOf(bytes);
        IpmsgDirectoryHeader header = IpmsgDirectoryHeader.Read(bytes.AsSpan(0, Math.Min(length, bytes.Length)), Encoding.Latin1.GetString)!;
        Assert.Equal((name, (IpmsgFileType)type), (header.Name, header.Type));
    }

    [Theory]
    [InlineData("1:5:u:h:96:64:3:1f4", 100, 3, 500, true, false)]
    [InlineData("1:5:u:h:96:64:3:1f4:", 100, 3, 500, true, true)]
    [InlineData("1:5:u:h:96:64:3:1f4\0", 100, 3, 500, true, true)]
    [InlineData("1:5:u:h:98:64:a", 100, 10, 0, true, false)]
    [InlineData("1:5:u:h:98:64:a:0\0", 100, 10, 0, true, true)]
    [InlineData("1:5:u:h:96:64:3:", 100, 3, 0, false, false)]
    public void A_request_for_a_file(string text, long packet, int file, long offset, bool complete, bool surely)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        IpmsgFileRequest request = IpmsgFileRequest.Read(Parse(bytes))!;
        Assert.Equal((packet, file, offset), (request.PacketNumber, request.FileId, request.Offset));
        Assert.Equal(complete, IpmsgFileRequest.IsComplete(bytes, out bool sure));
        Assert.Equal(surely, sure);
    }

    [Fact]
    public void Hostile_bytes_are_packets_or_none()
    {
        int inputs = int.TryParse(Environment.GetEnvironmentVariable("PSNC_FUZZ_INPUTS"), out int asked) ? asked : 100_000;
        string[] seeds =
        [
            "1:100:shirouzu:jupiter:32:Hello", "iptux 0.8.0:1:a:b:257:nick\0group\0icon\0utf-8\0", "1:5:u:h:16777217:n\0g\0\nUN:u\nHN:h\nNN:n\nGN:g\n",
            "1:9:u:h:2097440:see\00:a::b.txt:5:65000000:1:14=5:\a1:dir:0:0:2:\a", "1:5:u:h:96:64:3:1f4:", "002c:docs:000000000:2:14=65000000:16=65000000:",
        ];
        Random random = new(42);
        for (int i = 0; i < inputs; i++)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(seeds[random.Next(seeds.Length)]);
            for (int n = random.Next(6); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            if (random.Next(4) == 0)
            {
                random.NextBytes(bytes);
            }
            bytes = bytes[..random.Next(bytes.Length + 1)];
            IpmsgDirectoryHeader.Read(bytes, Gb18030.GetString);
            Assert.InRange(IpmsgDirectoryHeader.LengthOf(bytes), -1, IpmsgDirectoryHeader.MaximumLength);
            IpmsgFileRequest.IsComplete(bytes, out _);
            if (!IpmsgPacket.TryParse(bytes, out IpmsgPacket? packet))
            {
                continue;
            }
            IpmsgEntry entry = IpmsgEntry.Read(packet, ShiftJis);
            Assert.All([entry.User, entry.Host, entry.NickName, entry.Group, packet.Version], name =>
            {
                Assert.InRange(name.Length, 0, IpmsgText.LongestName);
                Assert.DoesNotContain(name, char.IsControl);
            });
            Assert.All(IpmsgFile.ReadList(packet.Extra.Span, Gb18030.GetString), file => Assert.True(file.Size >= 0));
            Assert.True(IpmsgPacket.TryParse(packet.Encode(), out IpmsgPacket? again));
            Assert.Equal((packet.Number, packet.Command, packet.Options), (again.Number, again.Command, again.Options));
        }
    }

    private static IpmsgPacket Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    private static IpmsgPacket Parse(byte[] bytes)
    {
        Assert.True(IpmsgPacket.TryParse(bytes, out IpmsgPacket? packet));
        return packet;
    }

    private static string Latin(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);
}
