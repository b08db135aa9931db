using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Framing.Structs;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Framing.Structs;

public class StructFormatTests
{
    [Theory]
    [InlineData("", 0, 1)]
    [InlineData("<", 0, 1)]
    [InlineData(">IHB16s", 23, 1)]
    [InlineData("@bhiq", 16, 8)]
    [InlineData("=bhiq", 15, 1)]
    [InlineData("ib0i", 8, 4)]
    [InlineData("c0q", 8, 8)]
    [InlineData("0s", 0, 1)]
    [InlineData("3x", 3, 1)]
    [InlineData(" 2h \t x\n", 5, 2)]
    public void Size_and_alignment_are_calcsize_s(string format, int size, int alignment)
    {
        StructFormat parsed = StructFormat.Parse(format);
        Assert.Equal((size, alignment), (parsed.Size, parsed.Alignment));
    }

    [Theory]
    [InlineData("lLnNP", StructDataModel.LP64, 40)]
    [InlineData("lLnNP", StructDataModel.LLP64, 32)]
    [InlineData("lLnNP", StructDataModel.ILP32, 20)]
    [InlineData("bl", StructDataModel.LLP64, 8)]
    [InlineData("<lL", StructDataModel.LP64, 8)]
    [InlineData("bq", StructDataModel.ILP32, 16)]
    public void Native_sizes_are_the_data_model_s(string format, StructDataModel model, int size) => Assert.Equal(size, StructFormat.Parse(format, model).Size);

    [Theory]
    [InlineData("<IzH", "character 3, 'z'")]
    [InlineData("I<", "character 2, '<' gives the byte order")]
    [InlineData("3 s", "character 2, there is a space")]
    [InlineData("Hx5", "character 3, the count 5 has no code")]
    [InlineData("<n", "character 2, 'n' has a native size only")]
    [InlineData(">P", "Use Q")]
    [InlineData("h\0h", "control character 0x00")]
    [InlineData("2147483592s", "2147483591 bytes")]
    [InlineData("999999999999s", "'999999999999s'")]
    [InlineData("99999999999999999999999999999999x", "2147483591 bytes")]
    [InlineData("2147483591sc", "with 'c'")]
    [InlineData("268435456q", "'268435456q'")]
    [InlineData("2147483591sb0q", "2147483591 bytes")]
    [InlineData("é", "'é' is no code")]
    [InlineData("F", "'F' is no code")]
    public void A_format_that_is_none_tells_where_and_why(string format, string words) => Assert.Contains(words, Fails(NetError.InvalidArgument, () => StructFormat.Parse(format)), StringComparison.Ordinal);

    [Fact]
    public void The_largest_format_is_taken_and_costs_nothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        StructFormat format = StructFormat.Parse("<2147483591b");
        Assert.Equal(StructFormat.MaximumSize, format.FieldCount);
        Assert.Equal((2_147_483_590, "b", 2_147_483_590), (format.Field[^1].Index, format.Field[^1].Code, format.Field[^1].Offset));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    [Fact]
    public void Fields_have_offsets_past_gaps_and_padding()
    {
        StructFormat format = StructFormat.Parse("bx2hc5sP", StructDataModel.LP64).WithNames(["a", "b", "c", "d", "e", "f"]);
        Assert.Equal(
            ["0 a b 0 1 SByte", "1 b h 2 2 Int16", "2 c h 4 2 Int16", "3 d c 6 1 Byte", "4 e 5s 7 5 Byte[]", "5 f P 16 8 UInt64"],
            format.Field.Select(f => $"{f.Index} {f.Name} {f.Code} {f.Offset} {f.Size} {f.Type.Name}"));
    }

    [Theory]
    [InlineData("<HH", new[] { "a" }, "2 values, and there is 1 name")]
    [InlineData("<Hx", new[] { "a", "b" }, "1 value, and there are 2 names")]
    [InlineData("<HH", new[] { "a", "A" }, "'A' is there twice")]
    [InlineData("<HH", new[] { "a", " " }, "empty")]
    public void Names_must_be_one_for_each_value(string format, string[] names, string words) =>
        Assert.Contains(words, Fails(NetError.InvalidArgument, () => StructFormat.Parse(format).WithNames(names)), StringComparison.Ordinal);

    [Fact]
    public void A_value_out_of_range_is_named()
    {
        StructFormat format = StructFormat.Parse(">I2H").WithNames(["id", "kind", "length"]);
        string said = Fails(NetError.InvalidArgument, () => Pack(format, StructValue.From(1L), StructValue.From(2L), StructValue.From(70_000L)));
        Assert.Equal("Value [2] 'length' (code H at offset 6) is 70000, which is out of range: it takes 0 to 65535.", said);
    }

    [Fact]
    public void Too_few_values_and_too_little_room_tell_both_numbers()
    {
        StructFormat format = StructFormat.Parse(">I2H");
        Assert.Contains("packs 3 values, and got 1", Fails(NetError.InvalidArgument, () => Pack(format, StructValue.From(1L))), StringComparison.Ordinal);
        StructValue[] values = [StructValue.From(1L), StructValue.From(2L), StructValue.From(3L)];
        Assert.Contains("packs 8 bytes, and there is room for 7", Fails(NetError.SizeMismatch, () => format.Pack(values, new byte[7])), StringComparison.Ordinal);
        Assert.Contains("takes 8 bytes, and there are 5", Fails(NetError.SizeMismatch, () => format.Unpack(new byte[5], values)), StringComparison.Ordinal);
        Assert.Contains("has 3 values, and there is room for 2", Fails(NetError.SizeMismatch, () => format.Unpack(new byte[8], values.AsSpan(1))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<e", 65520, "65504")]
    [InlineData("<f", 1e300, "3.402823")]
    public void A_float_that_is_too_large_is_refused(string format, double value, string limit) =>
        Assert.Contains(limit, Fails(NetError.InvalidArgument, () => Pack(StructFormat.Parse(format), StructValue.From(value))), StringComparison.Ordinal);

    [Fact]
    public void A_native_float_that_is_too_large_is_infinite_as_c_has_it() =>
        Assert.Equal(BitConverter.GetBytes(float.PositiveInfinity), Pack(StructFormat.Parse("f"), StructValue.From(1e300)));

    [Fact]
    public void Pascal_strings_of_no_bytes_are_empty()
    {
        Assert.Equal([7], Pack(StructFormat.Parse("0pB"), StructValue.From("ab"u8.ToArray()), StructValue.From(7L)));
        Assert.Empty((byte[])StructFormat.Parse("0p").Unpack([])[0]);
    }

    [Fact]
    public void Old_bytes_of_the_destination_do_not_show_through()
    {
        byte[] place = [9, 9, 9, 9, 9, 9, 9, 9, 9, 9];
        StructFormat.Parse("bxh3s").Pack([StructValue.From(1L), StructValue.From(2L), StructValue.From("a"u8.ToArray())], place);
        Assert.Equal(BitConverter.IsLittleEndian ? [1, 0, 2, 0, (byte)'a', 0, 0, 9, 9, 9] : [1, 0, 0, 2, (byte)'a', 0, 0, 9, 9, 9], place);
    }

    [Fact]
    public void What_is_unpacked_packs_to_the_same_bytes_and_back() => Gen.Int.Sample(seed =>
    {
        StructCase one = new StructCases(seed).Next();
        try
        {
            StructFormat format = StructFormat.Parse(one.Format);
            byte[] packed = Pack(format, one.Values);
            StructValue[] values = new StructValue[format.FieldCount];
            format.Unpack(packed, values);
            byte[] again = Pack(format, values);
            StructValue[] boxed = [.. format.Unpack(packed).Select((o, i) => StructCoercion.Convert(format, i, o, Encoding.UTF8))];
            // Of a p longer than its length can tell, the rest is packed and not read again, in Python too.
            return format.Field.Any(f => f.Size > 256) || (again.AsSpan().SequenceEqual(packed) && Pack(format, boxed).AsSpan().SequenceEqual(packed));
        }
        catch (NetException e)
        {
            return e.Error == NetError.InvalidArgument;
        }
    }, iter: 20_000);

    [Fact]
    public void Any_text_is_a_format_or_a_clear_error_and_any_bytes_unpack() =>
        Gen.Select(Gen.OneOf(Gen.String, Gen.Char["@=<>!xcbB?hHiIlLqQnNefdspP0123456789 "].Array[0, 12].Select(a => new string(a))), Gen.Byte.Array[0, 64], Gen.Enum<StructDataModel>()).Sample((text, bytes, model) =>
        {
            try
            {
                StructFormat format = StructFormat.Parse(text, model);
                return format.Unpack(bytes).Length == format.FieldCount && format.Size <= bytes.Length;
            }
            catch (NetException e)
            {
                return e.Error is NetError.InvalidArgument or NetError.SizeMismatch;
            }
        }, iter: 100_000);

    [Fact]
    public void Packing_allocates_nothing()
    {
        StructFormat format = StructFormat.Parse(">IHB16sd");
        StructValue[] values = [StructValue.From(1L), StructValue.From(2L), StructValue.From(3L), StructValue.From("name"u8.ToArray()), StructValue.From(1.5)];
        byte[] place = new byte[format.Size];
        format.Pack(values, place);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            format.Pack(values, place);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static byte[] Pack(StructFormat format, params StructValue[] values)
    {
        byte[] record = new byte[format.Size];
        format.Pack(values, record);
        return record;
    }

    private static string Fails(NetError error, Action work)
    {
        NetException e = Assert.Throws<NetException>(work);
        Assert.Equal(error, e.Error);
        return e.Message;
    }
}
