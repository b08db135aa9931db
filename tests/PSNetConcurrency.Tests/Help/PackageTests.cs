using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;
using PSNetConcurrency.HelpBuilder;

namespace PSNetConcurrency.Tests.Help;

public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("psnc-package-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_package_holds_what_ships_and_works_where_it_is_installed()
    {
        // In an engine without the Utility and Management cmdlets, so build.ps1 is seen to need none.
        using CleanEngine engine = new(import: false);
        // Its streams are merged: the packer writes remarks to standard error.
        engine.Run("& $args[0] -Task Package -NoBuild -OutputPath $args[1] *>&1", ModuleUnderTest.PathOf("build.ps1"), _folder);

        using ZipArchive package = ZipFile.OpenRead(Directory.EnumerateFiles(_folder, "*.nupkg").Single());
        string[] ships = [.. package.Entries.Select(e => e.FullName).Where(IsContent).Order(StringComparer.Ordinal)];
        string module = Path.Combine(_folder, "PSNetConcurrency");
        Assert.Equal(Directory.EnumerateFiles(module, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(module, f).Replace('\\', '/')).Order(StringComparer.Ordinal), ships);
        Assert.All(["PSNetConcurrency.psd1", "LICENSE", "THIRD-PARTY-NOTICES.txt", "CHANGELOG.md", "en-US/PSNetConcurrency.dll-Help.xml"], f => Assert.Contains(f, ships));
        string[] clone = [.. ((string[])["PSNetConcurrency/Formats", "PSNetConcurrency/Types", "en-US"]).SelectMany(d => Directory.EnumerateFiles(ModuleUnderTest.PathOf(d)).Select(f => $"{d}/{Path.GetFileName(f)}"))];
        Assert.All(clone, f => Assert.Contains(f, ships));
        Assert.All(ships, f => Assert.Matches(@"(\.psd1|\.ps1xml|\.dll|-Help\.xml|about_\w+\.help\.txt|LICENSE|THIRD-PARTY-NOTICES\.txt|CHANGELOG\.md)$", f));
        CheckNuspec(package);

        string modules = Path.Combine(_folder, "Modules"), installed = Path.Combine(modules, "PSNetConcurrency", Version());
        package.ExtractToDirectory(installed);
        (int exitCode, string output) = VerifyInChild(modules);
        Assert.True(exitCode == 0, output);
        Assert.Contains($"PSNetConcurrency {Version()} in {installed}: {ModuleUnderTest.Cmdlets.Count} cmdlets", output, StringComparison.Ordinal);
        Assert.Contains("Over TCP: hello", output, StringComparison.Ordinal);
        Assert.Contains("From a child: 42", output, StringComparison.Ordinal);
    }

    private static bool IsContent(string entry) =>
        entry != "[Content_Types].xml" && entry != "PSNetConcurrency.nuspec" && !entry.StartsWith("_rels/", StringComparison.Ordinal) && !entry.StartsWith("package/", StringComparison.Ordinal);

    private static void CheckNuspec(ZipArchive package)
    {
        using Stream stream = package.GetEntry("PSNetConcurrency.nuspec")!.Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        string Value(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal("PSNetConcurrency", Value("id"));
        Assert.Equal(Version(), Value("version"));
        string[] tags = Value("tags").Split(' ');
        Assert.Contains("PSModule", tags);
        Assert.All(ModuleUnderTest.Cmdlets, c => Assert.Contains($"PSCmdlet_{c.Name}", tags));
        Assert.Contains("CHANGELOG.md", Value("releaseNotes"), StringComparison.Ordinal);
        Assert.DoesNotContain(metadata.Elements(), e => e.Name.LocalName == "icon");
    }

    // A process of its own: this one has the clone's assemblies loaded, and would never look at the package's.
    private static (int ExitCode, string Output) VerifyInChild(string modulePath)
    {
        string tool = typeof(HelpTool).Assembly.Location;
        ProcessStartInfo start = new("dotnet", [tool, "verify", "PSNetConcurrency", TestEnvironment.ShellPath]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PSModulePath"] = modulePath;
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return (child.ExitCode, output + errors.Result);
    }

    private static string Version()
    {
        using CleanEngine engine = new(import: false);
        return engine.Run("(Test-ModuleManifest $args[0]).Version.ToString()", TestEnvironment.ManifestPath)[0].ToString();
    }
}
