using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>What becomes of values on their way out of a child and into one. What is expected was read off the engine's own background jobs.</summary>
public sealed class FidelityTests : ChildTests
{
    private const string Deserialized = "Deserialized.";

    // Makes one value each; what is there for each of them is told by Outcomes, in this order.
    private const string Values = """
        [long]::MinValue; [int16] -5; [uint64]::MaxValue; [sbyte] -100; [char] 0xD800; [double]::NaN; [double]::NegativeInfinity; [single] 0.1; 1.500d; [bigint]::Pow(2, 100)
        "a$([char] 0xD83D)b"; '_x0041_'; "a`0b"; ''
        [DayOfWeek]::Friday; [IO.FileAttributes] 'ReadOnly, Hidden'
        [datetime]::new(2020, 1, 2, 3, 4, 5, 6, [DateTimeKind]::Utc); [datetime]::new(2020, 7, 2, 3, 4, 5, 6, [DateTimeKind]::Local); [datetime]::new(2020, 7, 2); [datetimeoffset]::new(2020, 7, 2, 3, 4, 5, [timespan]::FromHours(2)); [timespan]::FromSeconds(90)
        [version] '1.2.3'; [semver] '1.2.3-rc.1'; [uri] 'https://a.b/c?d'; [guid] '01234567-89ab-cdef-0123-456789abcdef'
        [xml] '<a b="c" />'
        @{ a = 1 }; [ordered] @{ z = 1; a = 2 }; @{ a = @{ b = 1 } }
        , @(1, 'a', $null); , @(@(1, 2), @(3)); , @(); , [int[]] (1, 2); , [byte[]] (1, 2); , [byte[]] @(); , [System.Collections.Generic.List[int]] (1, 2); , [System.Collections.ArrayList] (1, 'x')
        [pscustomobject] @{ A = 1; B = 'x'; C = $null }; [pscustomobject] @{ A = [pscustomobject] @{ B = [pscustomobject] @{ C = 1 } } }; [pscustomobject] @{ PSTypeName = 'My.Type'; A = 1 }
        $o = [pscustomobject] @{ A = 21 }; $o.PSObject.Properties.Add([psscriptproperty]::new('Twice', { $this.A * 2 })); $o
        $s = [psobject] 'text'; $s.PSObject.Properties.Add([psnoteproperty]::new('N', 5)); $s
        $i = [psobject] 123456; $i.PSObject.Properties.Add([psnoteproperty]::new('N', 'x')); $i
        [IO.FileInfo] '/etc/hostname'; [System.Management.Automation.ErrorRecord]::new([ArgumentException]::new('bad'), 'MyId', 'InvalidData', 7); , $null; { 1 + 1 }; [ipaddress] '127.0.0.1'
        class Fid { [int] $A = 1 } [Fid]::new()
        """;

    [Fact]
    public void Values_come_out_as_from_a_job()
    {
        Collection<PSObject> seen = _session.Run($"Invoke-ChildProcess {{ {Values} }}");
        Queue<PSObject> left = new(seen);
        foreach (Action<PSObject> check in Outcomes())
        {
            check(left.Dequeue());
        }
        Assert.Empty(left);
    }

    [Fact]
    public void Values_go_in_as_into_a_job()
    {
        string[] seen = _session.Run("""
            $int = [psobject] 123456; $int.PSObject.Properties.Add([psnoteproperty]::new('N', 'x'))
            $secret = [securestring]::new(); $secret.AppendChar('p')
            Invoke-ChildProcess -ArgumentList $int, ([pscredential]::new('u', $secret)), ([ipaddress] '127.0.0.1'), ([cultureinfo] 'de-DE'), ([datetime]::new(2020, 1, 2, 0, 0, 0, [DateTimeKind]::Utc)), ([pscustomobject] @{ A = @{ b = 1 } }), ([byte[]] (1, 2)), $null, ([DayOfWeek]::Friday), ([IO.FileInfo] '/etc/hostname'), ([xml] '<a/>') {
                "$($args[0].GetType()) $($args[0].N)"; "$($args[1].GetType()) $($args[1].GetNetworkCredential().Password)"; "$($args[2].GetType())"; "$($args[3].GetType())"; "$($args[4].Kind)"
                "$($args[5].PSObject.TypeNames[0]) $($args[5].A.b)"; "$($args[6].GetType())"; "$($null -eq $args[7])"; "$($args[8].GetType())"; "$($args[9].PSObject.TypeNames[0])"; "$($args[10].GetType())"
            }
            """).Texts();
        Assert.Equal(["int x", "pscredential p", "ipaddress", "cultureinfo", "Utc", "Deserialized.System.Management.Automation.PSCustomObject 1", "byte[]", "True", "int", "Deserialized.System.IO.FileInfo", "xml"],
            seen.Select(s => s.Replace("System.Management.Automation.PSCredential", "pscredential", StringComparison.Ordinal).Replace("System.Net.IPAddress", "ipaddress", StringComparison.Ordinal)
                .Replace("System.Globalization.CultureInfo", "cultureinfo", StringComparison.Ordinal).Replace("System.Xml.XmlDocument", "xml", StringComparison.Ordinal)));
    }

    private static IEnumerable<Action<PSObject>> Outcomes() =>
    [
        Is(long.MinValue), Is((short)-5), Is(ulong.MaxValue), Is((sbyte)-100), Is('\uD800'), Is(double.NaN), Is(double.NegativeInfinity), Is(0.1f),
        o => Assert.Equal(decimal.GetBits(1.500m), decimal.GetBits((decimal)o.BaseObject)),
        o => Assert.Equal("1267650600228229401496703205376", o.ToString()),
        Is("a\uD83Db"), Is("_x0041_"), Is("a\0b"), Is(""),
        Named(5, "System.DayOfWeek", "Friday"), Named(3, "System.IO.FileAttributes", "ReadOnly, Hidden"),
        Is(new DateTime(2020, 1, 2, 3, 4, 5, 6, DateTimeKind.Utc)), Is(new DateTime(2020, 7, 2, 3, 4, 5, 6, DateTimeKind.Local)), Is(new DateTime(2020, 7, 2)),
        o => Assert.Equal("System.DateTimeOffset", Plain(o)), Is(TimeSpan.FromSeconds(90)),
        Is(new Version(1, 2, 3)), o => Assert.Equal("rc.1", o.Properties["PreReleaseLabel"].Value), Is(new Uri("https://a.b/c?d")), Is(new Guid("01234567-89ab-cdef-0123-456789abcdef")),
        o => Assert.Equal("<a b=\"c\" />", Assert.IsType<System.Xml.XmlDocument>(o.BaseObject).OuterXml),
        o => Assert.Equal(1, Assert.IsType<Hashtable>(o.BaseObject)["a"]),
        o => Assert.Equal(["z", "a"], ((IDictionary)o.BaseObject).Keys.Cast<string>()),
        o => Assert.Equal(1, ((IDictionary)PSObject.AsPSObject(Assert.IsType<Hashtable>(o.BaseObject)["a"]!).BaseObject)["b"]),
        List(1, "a", null), o => Assert.Equal(2, ((ICollection)o.BaseObject).Count), List(), List(1, 2), Is(new byte[] { 1, 2 }), Is(Array.Empty<byte>()), List(1, 2), List(1, "x"),
        o => Assert.Equal(["A=1", "B=x", "C="], o.Properties.Select(p => $"{p.Name}={p.Value}")),
        o => Assert.NotNull(o.Properties["A"].Value),
        o => Assert.Equal("Deserialized.My.Type", o.TypeNames[0]),
        o => Assert.Equal(42, o.Properties["Twice"].Value),
        o => Assert.Equal(("text", 5), (o.BaseObject, o.Properties["N"].Value)),
        o => Assert.Equal((123456, "x"), (o.BaseObject, o.Properties["N"].Value)),
        o => Assert.Equal(("System.IO.FileInfo", "/etc/hostname"), (Plain(o), o.Properties["FullName"].Value)),
        o => Assert.Equal(("System.Management.Automation.ErrorRecord", "MyId"), (Plain(o), o.Properties["FullyQualifiedErrorId"].Value)),
        Assert.Null, o => Assert.Equal(" 1 + 1 ", o.BaseObject), o => Assert.Equal("127.0.0.1", o.ToString()),
        o => Assert.Equal(1, o.Properties["A"].Value),
    ];

    private static Action<PSObject> Is(object expected) => o =>
    {
        Assert.Equal(expected, o.BaseObject);
        if (expected is DateTime time)
        {
            Assert.Equal(time.Kind, ((DateTime)o.BaseObject).Kind);
        }
    };

    private static Action<PSObject> Named(int number, string type, string text) => o =>
        Assert.Equal((number, type, text), (o.BaseObject, Plain(o), o.ToString()));

    private static Action<PSObject> List(params object?[] items) => o =>
    {
        Assert.Equal(items, ((IEnumerable)o.BaseObject).Cast<object?>().Select(i => i is PSObject wrapped ? wrapped.BaseObject : i));
    };

    private static string Plain(PSObject value)
    {
        Assert.StartsWith(Deserialized, value.TypeNames[0], StringComparison.Ordinal);
        return value.TypeNames[0][Deserialized.Length..];
    }
}
