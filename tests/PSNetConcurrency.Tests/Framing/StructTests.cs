using System.Management.Automation;

namespace PSNetConcurrency.Tests.Framing;

public sealed class StructTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("1, 514, 255, 'name' | ConvertTo-StructByte '>IHB8s'", "000000010202FF6E616D6500000000")]
    [InlineData("ConvertTo-StructByte '>IHB8s' -InputObject 1, 514, 255, 'name'", "000000010202FF6E616D6500000000")]
    [InlineData("ConvertTo-StructByte '>HH' 1, 2", "00010002")]
    [InlineData("ConvertTo-StructByte '<H' -InputObject '0x102'", "0201")]
    [InlineData("ConvertTo-StructByte '4x'", "00000000")]
    [InlineData("ConvertTo-StructByte '3B' -InputObject ([byte[]](1, 2, 3))", "010203")]
    [InlineData("ConvertTo-StructByte '3s' -InputObject ([byte[]](1, 2, 3))", "010203")]
    [InlineData("ConvertTo-StructByte '2s2s' -InputObject @(@(1, 2), 'ab')", "01026162")]
    [InlineData("7, [byte[]](1, 2) | ConvertTo-StructByte '>H2s'", "00070102")]
    [InlineData("'ä' | ConvertTo-StructByte '2s' -Encoding latin1", "E400")]
    [InlineData("[ulong]::MaxValue, [bigint]::Pow(2, 63) | ConvertTo-StructByte '>2Q'", "FFFFFFFFFFFFFFFF8000000000000000")]
    [InlineData("$true, 'False' | ConvertTo-StructByte '2?'", "0100")]
    [InlineData("1 | ConvertTo-StructByte 'l' -DataModel LLP64", "01000000")]
    [InlineData("258 | ConvertTo-StructByte '>H' -Offset 2", "00000102")]
    [InlineData("1, 2 | ConvertTo-StructByte '>H' -Iterate -Buffer ([byte[]]::new(6)) -Offset 1", "000001000200")]
    [InlineData("5 | ConvertTo-StructByte 'B' -Buffer ([byte[]]::new(3)) -Offset -1", "000005")]
    [InlineData("[pscustomobject]@{ B = 2; A = 1 } | ConvertTo-StructByte '2B' -Name A, B", "0102")]
    [InlineData("@{ b = 2; A = '1' } | ConvertTo-StructByte '2B' -Name a, B", "0102")]
    [InlineData("ConvertTo-StructByte 'B3s' -Name n, s -InputObject @{ n = 1; s = 1, 2, 3 }", "01010203")]
    public void Values_become_one_byte_array(string script, string hex)
    {
        PSObject result = _session.One(script);
        Assert.Equal(hex, Convert.ToHexString(Assert.IsType<byte[]>(result.BaseObject)));
    }

    [Fact]
    public void Each_object_with_names_and_each_step_of_iterate_is_a_record()
    {
        Assert.Equal(["0102", "0304"], _session.Run("@{ a = 1; b = 2 }, @{ a = 3; b = 4 } | ConvertTo-StructByte BB -Name a, b").Select(r => Convert.ToHexString((byte[])r.BaseObject)));
        Assert.Equal(["0102", "0304"], _session.Run("ConvertTo-StructByte BB -Name a, b -InputObject @{ a = 1; b = 2 }, @{ a = 3; b = 4 }").Select(r => Convert.ToHexString((byte[])r.BaseObject)));
        Assert.Equal(["0102", "0304"], _session.Run("1..4 | ConvertTo-StructByte BB -Iterate").Select(r => Convert.ToHexString((byte[])r.BaseObject)));
        Assert.Empty(_session.Run("@() | ConvertTo-StructByte BB -Iterate"));
    }

    [Fact]
    public void A_buffer_is_written_in_place_and_keeps_its_other_bytes()
    {
        PSObject same = _session.One("""
            $buffer = [byte[]](9, 9, 9, 9, 9)
            $out = @{ a = 1 }, @{ a = 2 } | ConvertTo-StructByte '>H' -Name a -Buffer $buffer
            [object]::ReferenceEquals($out, $buffer)
            """);
        Assert.Equal(true, same.BaseObject);
        Assert.Equal("0001000209", _session.One("[Convert]::ToHexString($buffer)").BaseObject);
    }

    [Theory]
    [InlineData("InvalidArgument", "1 | ConvertTo-StructByte '>Hz'", "character 3")]
    [InlineData("InvalidArgument", "1 | ConvertTo-StructByte '>HH'", "packs 2 values, and got 1")]
    [InlineData("InvalidArgument", "1, 2, 3 | ConvertTo-StructByte '>HH'", "and got 3")]
    [InlineData("InvalidArgument", "1, 2, 3 | ConvertTo-StructByte '>HH' -Iterate", "and got 1")]
    [InlineData("InvalidArgument", "1, 70000 | ConvertTo-StructByte '>HH'", "Value [1] (code H at offset 2) is 70000, which is out of range: it takes 0 to 65535.")]
    [InlineData("InvalidArgument", "1, 3.5 | ConvertTo-StructByte '>HH'", "takes a whole number, not 3.5")]
    [InlineData("InvalidArgument", "1, $null | ConvertTo-StructByte '>HH'", "not nothing ($null)")]
    [InlineData("InvalidArgument", "1 | ConvertTo-StructByte '>HH' -Name one", "there is 1 name")]
    [InlineData("InvalidArgument", "[pscustomobject]@{ A = 1 } | ConvertTo-StructByte B -Name b2", "no property 'b2'. It has: A.")]
    [InlineData("InvalidArgument", "@{ A = 1 } | ConvertTo-StructByte B -Name b2", "no property 'b2'. It has: A.")]
    [InlineData("InvalidArgument", "@{ A = 256 } | ConvertTo-StructByte B -Name A", "Value [0] 'A'")]
    [InlineData("InvalidArgument", "ConvertTo-StructByte B -Name A", "nothing to pack")]
    [InlineData("InvalidArgument", "1 | ConvertTo-StructByte B -Offset -1", "offset -1 is out of range")]
    [InlineData("InvalidArgument", "1 | ConvertTo-StructByte B -Buffer ([byte[]]::new(2)) -Offset 3", "for a buffer of 2 bytes")]
    [InlineData("SizeMismatch", "1 | ConvertTo-StructByte H -Buffer ([byte[]]::new(4)) -Offset 3", "from offset 3 on the buffer of 4 bytes has room for 1")]
    [InlineData("InvalidArgument", "ConvertTo-StructByte '999999999999s' -InputObject x", "2147483591 bytes")]
    [InlineData("InvalidArgument", "ConvertTo-StructByte '2x' -Iterate", "Leave out -Iterate")]
    [InlineData("SizeMismatch", "[byte[]](1, 2, 3) | ConvertFrom-StructByte '<H'", "takes 2 bytes, and there are 3. Give -AllowTrailingByte")]
    [InlineData("SizeMismatch", "[byte[]](1, 2, 3, 4) | ConvertFrom-StructByte '<H'", "Give -Iterate for several records")]
    [InlineData("SizeMismatch", "[byte[]](1) | ConvertFrom-StructByte '<H'", "takes 2 bytes, and there is 1.")]
    [InlineData("SizeMismatch", "[byte[]](1, 2, 3) | ConvertFrom-StructByte '<H' -Iterate", "1 would be left over")]
    [InlineData("SizeMismatch", "[byte[]](1, 2, 3) | ConvertFrom-StructByte '<H' -Offset 4", "offset 4 is out of range for 3 bytes")]
    [InlineData("SizeMismatch", "[byte[]](1, 2, 3) | ConvertFrom-StructByte '<H' -Offset 2", "there is 1 from offset 2 on")]
    [InlineData("InvalidArgument", "@() | ConvertFrom-StructByte '' -Iterate", "Leave out -Iterate")]
    [InlineData("InvalidArgument", "ConvertFrom-StructByte '' ([byte[]]1) -Iterate", "Leave out -Iterate")]
    [InlineData("InvalidArgument", "@{ a = 1 } | ConvertTo-StructByte '>I' -Name a -Offset -1", "offset -1 is out of range")]
    [InlineData("InvalidArgument", "'text' | ConvertFrom-StructByte '<H'", "A String is no byte")]
    [InlineData("InvalidArgument", "256 | ConvertFrom-StructByte '<H'", "256 is not from 0 to 255")]
    [InlineData("InvalidArgument", "Measure-StructFormat '<P'", "native size only")]
    [InlineData("InvalidArgument", "Measure-StructFormat '2H' -Name a, a", "'a' is there twice")]
    public void What_does_not_fit_is_one_clear_error(string id, string script, string words) =>
        Assert.Contains(words, _session.Fails(id, script).Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void A_record_that_does_not_fit_does_not_end_the_others()
    {
        Assert.Equal(2, _session.Invoke("@{ a = 1 }, @{ a = 256 }, @{ a = 3 } | ConvertTo-StructByte B -Name a").Count);
        Assert.Equal(256, ((System.Collections.Hashtable)Assert.Single(_session.Errors).TargetObject)["a"]);
        Assert.Equal([(byte)1, (byte)3], _session.Invoke("[byte[]](1), [byte[]](1, 2), [byte[]](3) | ConvertFrom-StructByte B").Select(o => o.BaseObject));
        Assert.Single(_session.Errors);
    }

    [Fact]
    public void Values_have_the_type_of_their_code()
    {
        object[] values = [.. _session.Run("[byte[]](1..43) | ConvertFrom-StructByte '<bB?chHiIqefd2s3p'").Select(o => o.BaseObject)];
        Assert.Equal(
            [typeof(sbyte), typeof(byte), typeof(bool), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(float), typeof(float), typeof(double), typeof(byte[]), typeof(byte[])],
            values.Select(v => v.GetType()));
        Assert.Equal(0.1f, _session.One("0.1 | ConvertTo-StructByte '<f' | ConvertFrom-StructByte '<f'").BaseObject);
        Assert.Equal(typeof(int), _session.One("1 | ConvertTo-StructByte l -DataModel LLP64 | ConvertFrom-StructByte l -DataModel LLP64").BaseObject.GetType());
    }

    [Theory]
    [InlineData("[byte[]](0, 1, 2, 3) | ConvertFrom-StructByte '>H' -AllowTrailingByte", "1")]
    [InlineData("[byte[]](0, 1, 2, 3) | ConvertFrom-StructByte '>H' -Offset 2", "515")]
    [InlineData("[byte[]](0, 1, 2, 3) | ConvertFrom-StructByte '>H' -Offset -2", "515")]
    [InlineData("0, 1 | ConvertFrom-StructByte '>H'", "1")]
    [InlineData("ConvertFrom-StructByte '>H' -InputObject 0, 1", "1")]
    [InlineData("ConvertFrom-StructByte '>H' ([byte[]](0, 1))", "1")]
    [InlineData("ConvertFrom-StructByte 'B' -InputObject 7", "7")]
    [InlineData("[byte[]](65, 66, 0, 2, 67, 68, 69) | ConvertFrom-StructByte '3s4p' -AsText", "AB CD")]
    [InlineData("[byte[]](228, 65) | ConvertFrom-StructByte 'sc' -Encoding latin1", "ä A")]
    [InlineData("([byte[]](1, 0, 2, 0, 9) | ConvertFrom-StructByte '<H' -Iterate -AllowTrailingByte).ForEach{ $_[0] }", "1 2")]
    [InlineData("[byte[]](1, 2, 3, 4) | ConvertFrom-StructByte 'BB' -Iterate | ForEach-Object { $_ -join '+' }", "1+2 3+4")]
    [InlineData("(1, 2 | ConvertTo-StructByte BB), (3, 4 | ConvertTo-StructByte BB) | ConvertFrom-StructByte BB", "1 2 3 4")]
    public void Bytes_become_values(string script, string words) => Assert.Equal(words, string.Join(' ', _session.Run(script)));

    [Fact]
    public void With_names_a_record_is_an_object()
    {
        PSObject[] rows = [.. _session.Run("[byte[]](1, 65, 0, 2, 66, 67) | ConvertFrom-StructByte 'B2s' -Name Number, Word -Iterate -AsText")];
        Assert.Equal(["@{Number=1; Word=A}", "@{Number=2; Word=BC}"], rows.Select(r => r.ToString()));
        Assert.Equal("System.Management.Automation.PSCustomObject", rows[0].TypeNames[0]);
    }

    [Fact]
    public void Records_stop_when_nobody_wants_more() =>
        Assert.Equal([(byte)0, (byte)0], Assert.IsType<object[]>(_session.One("ConvertFrom-StructByte BB ([byte[]]::new(10000000)) -Iterate | Select-First 1").BaseObject));

    [Fact]
    public void The_layout_has_names_offsets_and_types()
    {
        PSObject format = _session.One("Measure-StructFormat 'bhiq' -Name kind, port, count, time");
        Assert.Equal("PSNetConcurrency.StructFormat", format.TypeNames[0]);
        Assert.Equal([16, 8, 4], new[] { "Size", "Alignment", "FieldCount" }.Select(n => format.Properties[n].Value));
        Assert.Equal("kind 0 System.SByte, port 2 System.Int16, count 4 System.Int32, time 8 System.Int64",
            _session.One("(Measure-StructFormat 'bhiq' -Name kind, port, count, time).Field.ForEach{ \"$($_.Name) $($_.Offset) $($_.Type.FullName)\" } -join ', '").BaseObject);
    }

    [Fact]
    public void Formats_are_completed_in_quotes() =>
        Assert.Contains("'>I'", _session.Run("(TabExpansion2 -inputScript \"Measure-StructFormat '>\" -cursorColumn 23).CompletionMatches.CompletionText").Select(o => o.ToString()));
}
