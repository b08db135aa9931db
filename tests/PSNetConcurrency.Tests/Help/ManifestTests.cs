using System.Management.Automation;

namespace PSNetConcurrency.Tests.Help;

public class ManifestTests
{
    [Fact]
    public void The_manifest_is_valid()
    {
        using CleanEngine engine = new(import: false);
        PSModuleInfo manifest = (PSModuleInfo)engine.Run("Test-ModuleManifest -Path $args[0]", TestEnvironment.ManifestPath)[0].BaseObject;
        Assert.Equal("PSNetConcurrency", manifest.Name);
    }

    [Fact]
    public void Every_cmdlet_is_listed_by_name_and_every_name_is_a_cmdlet()
    {
        using CleanEngine engine = new();
        PSObject listed = engine.Run("""
            $ast = [Management.Automation.Language.Parser]::ParseFile($args[0], [ref] $null, [ref] $null)
            $ast.Find({ $args[0] -is [Management.Automation.Language.HashtableAst] }, $false).SafeGetValue()
            """, TestEnvironment.ManifestPath)[0];
        System.Collections.Hashtable manifest = (System.Collections.Hashtable)listed.BaseObject;
        string[] names = [.. ((object[])manifest["CmdletsToExport"]!).Cast<string>()];
        Assert.DoesNotContain(names, n => n.Contains('*', StringComparison.Ordinal));
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), ModuleUnderTest.Cmdlets.Select(c => c.Name));
        Assert.Equal(names.Order(StringComparer.Ordinal), engine.Run("(Get-Module PSNetConcurrency).ExportedCmdlets.Keys").Select(n => n.ToString()).Order(StringComparer.Ordinal));
        Assert.All(["FunctionsToExport", "AliasesToExport", "VariablesToExport"], key => Assert.DoesNotContain("*", ((object[])manifest[key]!).Cast<string>()));
    }

    [Fact]
    public void It_says_what_a_gallery_shows()
    {
        using CleanEngine engine = new(import: false);
        PSModuleInfo manifest = (PSModuleInfo)engine.Run("Test-ModuleManifest -Path $args[0]", TestEnvironment.ManifestPath)[0].BaseObject;
        Assert.StartsWith(manifest.Version.ToString(), manifest.ReleaseNotes, StringComparison.Ordinal);
        // A gallery splits tags at blanks, and finds nothing by a tag that stands twice.
        Assert.All(manifest.Tags, t => Assert.Matches(@"^[\w-]+$", t));
        Assert.Equal(manifest.Tags.Distinct(StringComparer.OrdinalIgnoreCase), manifest.Tags);
        // By its number once it is out, announced under Unreleased before.
        Assert.Matches($@"## \[{manifest.Version}\]|This will be {manifest.Version},", File.ReadAllText(ModuleUnderTest.PathOf("CHANGELOG.md")));
        Assert.Null(manifest.IconUri);
    }

    [Fact]
    public void Every_verb_is_approved()
    {
        string[] approved = [.. new[] { typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic), typeof(VerbsLifecycle), typeof(VerbsOther), typeof(VerbsSecurity) }
            .SelectMany(t => t.GetFields()).Select(f => f.Name)];
        Assert.All(ModuleUnderTest.Cmdlets, c => Assert.Contains(c.Verb, approved));
    }
}
