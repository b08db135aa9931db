using System.Management.Automation;
using PSNetConcurrency.HelpBuilder;

namespace PSNetConcurrency.Tests.Help;

/// <summary>What Get-Help itself answers, in the real engine, for the module imported from the clone.</summary>
public class GetHelpTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly CleanEngine _engine = shared.Engine;

    [Theory]
    [MemberData(nameof(ModuleUnderTest.Names), MemberType = typeof(ModuleUnderTest))]
    public void Help_is_full(string cmdlet)
    {
        PSObject help = _engine.Run("Get-Help -Name $args[0] -Full", cmdlet)[0];
        Assert.NotEmpty(Text(help, "Synopsis"));
        Assert.DoesNotContain($"{cmdlet} [", Text(help, "Synopsis"), StringComparison.Ordinal);
        Assert.NotEmpty(_engine.Run("(Get-Help -Name $args[0]).description.Text", cmdlet));
        Assert.NotEmpty(_engine.Run("(Get-Help -Name $args[0]).returnValues.returnValue.type.name", cmdlet));
        Assert.NotEmpty(_engine.Run("(Get-Help -Name $args[0] -Examples).examples.example.code", cmdlet));
        string[] names = [.. _engine.Command(cmdlet).Parameters.Keys.Where(n => !Cmdlet.CommonParameters.Contains(n))];
        // Asked for none it is an error.
        IReadOnlyList<PSObject> parameters = names.Length == 0 ? [] : _engine.Run("Get-Help -Name $args[0] -Parameter *", cmdlet);
        foreach (string name in names)
        {
            PSObject parameter = parameters.Single(p => Text(p, "name") == name);
            Assert.Contains(((object[])parameter.Properties["description"].Value).Cast<PSObject>(), p => Text(p, "Text").Length > 0);
        }
    }

    [Theory]
    [MemberData(nameof(ModuleUnderTest.Names), MemberType = typeof(ModuleUnderTest))]
    public void The_doc_comments_lack_nothing(string cmdlet) =>
        Assert.Empty(Completeness.Missing(ModuleUnderTest.Cmdlets.Single(c => c.Name == cmdlet)));

    [Fact]
    public void The_pages_are_what_the_doc_comments_say() =>
        Assert.Empty(HelpTool.Stale(ModuleUnderTest.Cmdlets, ModuleUnderTest.PathOf("docs", "cmdlets")));

    [Fact]
    public void Related_links_to_cmdlets_lead_to_pages()
    {
        string[] names = [.. ModuleUnderTest.Cmdlets.Select(c => c.Name)];
        Assert.All(ModuleUnderTest.Cmdlets.SelectMany(c => c.Links).Where(l => l.Uri is null), l => Assert.Contains(l.Text, names));
    }

    [Fact]
    public void Every_about_topic_is_found()
    {
        string[] topics = [.. Directory.EnumerateFiles(ModuleUnderTest.PathOf("en-US"), "about_*.help.txt").Select(f => Path.GetFileName(f)!.Replace(".help.txt", "", StringComparison.Ordinal))];
        Assert.Contains("about_PSNetConcurrency", topics);
        foreach (string topic in topics)
        {
            string text = _engine.Run("Get-Help -Name $args[0]", topic).Single().ToString();
            Assert.StartsWith("TOPIC\n    " + topic + "\n\nSHORT DESCRIPTION\n    ", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
            Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        }
    }

    private static string Text(PSObject value, string property) => value.Properties[property]?.Value?.ToString()?.Trim() ?? "";
}
