using System.Numerics;
using System.Text;
using PSNetConcurrency.Core.Framing.Structs;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Framing.Structs;

public class StructCoercionTests
{
    public static TheoryData<string, object?, string> Taken => new()
    {
        { ">i", 5, "00000005" },
        { ">i", "5", "00000005" },
        { ">i", " -5 ", "FFFFFFFB" },
        { ">i", "0xFF", "000000FF" },
        { ">i", "4.0", "00000004" },
        { ">i", "1e3", "000003E8" },
        { ">i", 4.0, "00000004" },
        { ">i", 4f, "00000004" },
        { ">i", 4m, "00000004" },
        { ">i", true, "00000001" },
        { ">i", 'A', "00000041" },
        { ">i", ConsoleColor.Blue, "00000009" },
        { ">i", new BigInteger(7), "00000007" },
        { ">Q", ulong.MaxValue, "FFFFFFFFFFFFFFFF" },
        { ">Q", "18446744073709551615", "FFFFFFFFFFFFFFFF" },
        { ">q", (double)long.MinValue, "8000000000000000" },
        { ">h", (sbyte)-1, "FFFF" },
        { ">d", 1, "3FF0000000000000" },
        { ">d", "1.5", "3FF8000000000000" },
        { ">d", "0x10", "4030000000000000" },
        { ">d", 1.5m, "3FF8000000000000" },
        { ">f", 0.1f, "3DCCCCCD" },
        { "?", "False", "00" },
        { "?", "true", "01" },
        { "?", "0", "00" },
        { "?", null, "00" },
        { "?", 2.5, "01" },
        { "c", 'A', "41" },
        { "c", (byte)7, "07" },
        { "4s", "grü", "6772C3BC" },
        { "4s", "grüß", "6772C3BC" },
        { "4s", new byte[] { 1, 2 }, "01020000" },
        { "4s", new object[] { 1, (byte)2, 3L }, "01020300" },
        { "4p", "ab", "02616200" },
        { "4s", "", "00000000" },
    };

    public static TheoryData<string, object?> Refused => new()
    {
        { ">i", 3.5 },
        { ">i", "3.5" },
        { ">i", "three" },
        { ">i", "" },
        { ">i", "0x" },
        { ">i", null },
        { ">i", double.NaN },
        { ">i", 2147483648L },
        { ">i", "0xFFFFFFFF" },
        { ">Q", -1 },
        { ">Q", "18446744073709551616" },
        { ">d", 'A' },
        { ">d", "one" },
        { ">d", null },
        { "?", "perhaps" },
        { "c", "ab" },
        { "c", "ß" },
        { "4s", 5 },
        { "4s", null },
        { "4s", new object[] { 256 } },
        { "4s", new object[] { "x" } },
        { ">i", new object() },
    };

    [Theory]
    [MemberData(nameof(Taken), DisableDiscoveryEnumeration = true)]
    public void What_is_exactly_the_number_or_the_bytes_meant_is_taken(string format, object? value, string hex)
    {
        StructFormat parsed = StructFormat.Parse(format);
        byte[] record = new byte[parsed.Size];
        parsed.Pack([StructCoercion.Convert(parsed, 0, value, Encoding.UTF8)], record);
        Assert.Equal(hex, Convert.ToHexString(record));
    }

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_is_not_is_refused_by_name(string format, object? value)
    {
        StructFormat parsed = StructFormat.Parse(format);
        NetException e = Assert.Throws<NetException>(() => parsed.Pack([StructCoercion.Convert(parsed, 0, value, Encoding.UTF8)], new byte[parsed.Size]));
        Assert.Equal(NetError.InvalidArgument, e.Error);
        Assert.StartsWith("Value [0] (code ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_of_a_million_digits_is_refused_at_once()
    {
        StructFormat parsed = StructFormat.Parse("q");
        Assert.Throws<NetException>(() => StructCoercion.Convert(parsed, 0, new string('9', 1_000_000), Encoding.UTF8));
    }
}
