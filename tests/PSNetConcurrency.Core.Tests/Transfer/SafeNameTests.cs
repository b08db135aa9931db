using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Receiving;

namespace PSNetConcurrency.Core.Tests.Transfer;

public sealed class SafeNameTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("psnc-names-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a/..")]
    [InlineData(".")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\\b")]
    [InlineData("..\\a")]
    [InlineData("C:\\a")]
    [InlineData("C:a")]
    [InlineData("c:/a")]
    [InlineData("\\\\server\\share\\a")]
    [InlineData("//server/share/a")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u001b[2Jb")]
    [InlineData("CON")]
    [InlineData("con.txt")]
    [InlineData("dir/NUL")]
    [InlineData("Com1.tar.gz")]
    [InlineData("LPT9")]
    [InlineData("AUX .txt")]
    [InlineData("a.")]
    [InlineData("a ")]
    [InlineData("dir./a")]
    [InlineData("...")]
    [InlineData(".psnc-incoming/x")]
    [InlineData(".PSNC-incoming")]
    public void A_name_that_leads_elsewhere_is_refused(string name) =>
        Assert.Equal(NetError.UnsafePath, Assert.Throws<NetException>(() => SafeName.Split(name)).Error);

    [Theory]
    [InlineData("PSNC-I~1", true)]
    [InlineData("a~12.txt", true)]
    [InlineData("~1", true)]
    [InlineData("report~1.docx", false)]
    [InlineData("my report~1", false)]
    [InlineData("a~", false)]
    [InlineData("a~b1", false)]
    [InlineData("a.txt~", false)]
    [InlineData("a.~1~", false)]
    public void A_name_that_windows_makes_for_a_longer_one_is_known(string name, bool alias)
    {
        Assert.Equal(alias, SafeName.IsShortAlias(name));
        if (alias && OperatingSystem.IsWindows())
        {
            Assert.Equal(NetError.UnsafePath, Assert.Throws<NetException>(() => SafeName.Split("a/" + name)).Error);
        }
    }

    [Fact]
    public void A_name_without_end_is_refused()
    {
        Assert.Throws<NetException>(() => SafeName.Split(new string('a', 256)));
        Assert.Throws<NetException>(() => SafeName.Split(new string('語', 86)));
        Assert.Throws<NetException>(() => SafeName.Split(string.Join('/', Enumerable.Repeat("a", 200))));
        Assert.Throws<NetException>(() => SafeName.Split(string.Join('/', Enumerable.Repeat(new string('a', 250), 17))));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a b.txt")]
    [InlineData("dir/sub/файл.bin")]
    [InlineData(".hidden")]
    [InlineData("..a")]
    [InlineData("a..b")]
    [InlineData("console")]
    [InlineData("COM10")]
    [InlineData("nul-file.txt")]
    [InlineData("空/の")]
    public void Names_of_every_script_are_taken(string name)
    {
        string path = SafeName.Resolve(_root.FullName, SafeName.Split(name)).Path;
        Assert.Equal(Path.Combine([_root.FullName, .. name.Split('/')]), path);
    }

    [Fact]
    public void No_name_leaves_the_destination() => Gen.OneOf(
            Gen.Int[0, 100].Select(i => Pick(i, ["..", ".", "a", "/", "\\", "C:", "CON", "\0", " ", "~", "a.", "%2e%2e", "．．", "..;", "file:"])).Array[1, 8].Select(parts => string.Concat(parts)),
            Gen.Int[0, 100].Select(i => Pick(i, ["..", ".", "a", "b c", "C:", "\\", ""])).Array[1, 8].Select(parts => string.Join('/', parts)),
            Gen.String)
        .Sample(name =>
        {
            try
            {
                string path = Path.GetFullPath(SafeName.Resolve(_root.FullName, SafeName.Split(name)).Path);
                return path.StartsWith(_root.FullName + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            }
            catch (NetException e)
            {
                return e.Error == NetError.UnsafePath;
            }
        }, iter: 100_000);

    private static string Pick(int i, string[] of) => of[i % of.Length];

    [Fact]
    public void A_link_on_the_way_is_refused_and_one_at_the_end_is_replaced()
    {
        string outside = Directory.CreateTempSubdirectory("psnc-outside-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(_root.FullName, "link"), outside);
            Assert.Equal(NetError.UnsafePath, Assert.Throws<NetException>(() => SafeName.Resolve(_root.FullName, ["link", "a"])).Error);
            Assert.Equal(NetError.UnsafePath, Assert.Throws<NetException>(() => SafeName.Resolve(_root.FullName, ["link", "sub", "a"])).Error);
            string file = Path.Combine(outside, "secret");
            File.WriteAllText(file, "untouched");
            File.CreateSymbolicLink(Path.Combine(_root.FullName, "a"), file);
            File.WriteAllText(Path.Combine(_root.FullName, "new"), "new");
            AtomicFile.Move(Path.Combine(_root.FullName, "new"), SafeName.Resolve(_root.FullName, ["a"]).Path, overwrite: true);
            Assert.Equal("untouched", File.ReadAllText(file));
            Assert.Equal("new", File.ReadAllText(Path.Combine(_root.FullName, "a")));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }
}
