using System.Xml.Linq;
using PSNetConcurrency.HelpBuilder;

namespace PSNetConcurrency.Tests.Help;

public class HelpBuilderTests
{
    private const string FullDoc = """
        <doc><members>
          <member name="T:PSNetConcurrency.Tests.Help.SetSampleCommand">
            <summary>Sets a sample.</summary>
            <remarks>
              <para>See <see cref="T:PSNetConcurrency.Tests.Help.SetSampleCommand"/>,
                <see cref="P:PSNetConcurrency.Tests.Help.SetSampleCommand.Level"/>, <paramref name="Kind"/> and <c>a*b</c>; 1 * 2 &lt; 3.</para>
              <para>Second, with <see langword="null"/>.</para>
            </remarks>
            <example>
              <para>Two lines.</para>
              <code>
                if (1 &lt; 2) {
                    Set-Sample a
                }
              </code>
              <para>Afterwards it is set.</para>
            </example>
            <outputs><para>System.String: the name.</para></outputs>
            <seealso cref="T:PSNetConcurrency.Tests.Help.SetSampleCommand"/>
            <seealso href="https://example.org/">An example</seealso>
          </member>
          <member name="F:PSNetConcurrency.Tests.Help.SampleKind.Fancy"><summary>With frills.</summary></member>
          <member name="P:PSNetConcurrency.Tests.Help.SampleBase.TimeoutSeconds"><summary>The limit.</summary></member>
          <member name="P:PSNetConcurrency.Tests.Help.SampleBase.Name"><summary>The name.</summary></member>
          <member name="P:PSNetConcurrency.Tests.Help.SetSampleCommand.Id"><summary>The ids.</summary></member>
          <member name="P:PSNetConcurrency.Tests.Help.SetSampleCommand.Unit"><summary>The unit.</summary></member>
          <member name="P:PSNetConcurrency.Tests.Help.SetSampleCommand.Kind"><summary>The kind.</summary></member>
          <member name="P:PSNetConcurrency.Tests.Help.SetSampleCommand.Level"><summary>The level.</summary></member>
          <member name="P:PSNetConcurrency.Tests.Help.SetSampleCommand.Encoding"><summary>The encoding.</summary><value>utf8NoBOM</value></member>
          <member name="P:PSNetConcurrency.Tests.Help.SetSampleCommand.PassThru"><summary>Passes it on.</summary></member>
        </members></doc>
        """;

    private static readonly CmdletHelp s_help = Read(FullDoc);

    [Fact]
    public void Full_help_lacks_nothing() => Assert.Empty(Completeness.Missing(s_help));

    [Fact]
    public void Every_missing_part_is_named()
    {
        string missing = string.Join('\n', Completeness.Missing(Read("<doc><members/></doc>")));
        Assert.All(["no synopsis", "no description (", "-TimeoutSeconds", "-Name", "-Id", "no example", "no outputs"], part => Assert.Contains(part, missing, StringComparison.Ordinal));
        Assert.DoesNotContain("-WhatIf", missing, StringComparison.Ordinal);
    }

    [Fact]
    public void References_become_the_words_of_a_user()
    {
        Assert.Equal(["See Set-Sample, -Level, -Kind and a*b; 1 * 2 < 3.", "Second, with $null."], DocReader.Plain(s_help.Description));
        string page = Page();
        Assert.Contains(@"See [Set-Sample](Set-Sample.md), `-Level`, `-Kind` and `a*b`; 1 \* 2 \< 3.", page, StringComparison.Ordinal);
        Assert.Contains("- [An example](https://example.org/)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Code_keeps_its_shape()
    {
        ExampleHelp example = Assert.Single(s_help.Examples);
        Assert.Equal("if (1 < 2) {\n    Set-Sample a\n}", example.Code);
        Assert.Equal(["Two lines."], DocReader.Plain(example.Title));
        Assert.Equal(["Afterwards it is set."], DocReader.Plain(example.Remarks));
    }

    [Fact]
    public void Parameters_of_a_base_class_are_described_there()
    {
        Assert.Equal(["The limit."], DocReader.Plain(Parameter("TimeoutSeconds").Description));
        Assert.Equal(["The name."], DocReader.Plain(Parameter("Name").Description));
    }

    [Theory]
    [InlineData("TimeoutSeconds", "2.5")]
    [InlineData("Kind", "Fancy")]
    [InlineData("Level", "None")]
    [InlineData("Encoding", "utf8NoBOM")]
    [InlineData("PassThru", "False")]
    [InlineData("Name", "None")]
    public void Defaults_are_those_of_the_initialisers(string parameter, string value) => Assert.Equal(value, Parameter(parameter).Default);

    [Fact]
    public void Parameter_sets_are_told_apart()
    {
        Assert.Equal(["ByName", "ById"], s_help.Syntax.Select(s => s.Set));
        Assert.StartsWith("Set-Sample [-Name] <string>", s_help.Syntax[0].Text, StringComparison.Ordinal);
        Assert.Equal(["ById"], Parameter("Id").Sets);
        Assert.Empty(Parameter("Kind").Sets);
        Assert.Equal("True (ByPropertyName)", Parameter("Id").Pipeline);
        Assert.Equal("int[]", Parameter("Id").Type);
        Assert.Equal(["Cn"], Parameter("Name").Aliases);
        Assert.Equal(["Plain", "Fancy"], Parameter("Kind").Values.Select(v => v.Name));
        Assert.Equal("1 to 9", Parameter("Level").Range);
        Assert.Equal(["Yes", "No", "Yes (ByName), No (ById)"], ((string[])["Id", "Kind", "Unit"]).Select(n => Parameter(n).RequiredText));
        Assert.Contains("| Required | Yes (ByName), No (ById) |", Page(), StringComparison.Ordinal);
        // Of each set, and then of all, where Get-Help shows yes or no only.
        XElement[] maml = [.. MamlWriter.Write([s_help]).Descendants().Where(e => e.Name.LocalName == "parameter" && e.Elements().First().Value == "Unit")];
        Assert.Equal(["true", "false", "true"], maml.Select(e => e.Attribute("required")!.Value));
        Assert.EndsWith("Required: Yes (ByName), No (ById).", maml[2].Elements().ElementAt(1).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_are_the_described_types_and_then_the_declared_ones()
    {
        Assert.Equal(["System.String", "System.Int32"], s_help.Outputs.Select(o => o.Type));
        Assert.Equal(["The name."], DocReader.Plain(s_help.Outputs[0].Description));
    }

    [Fact]
    public void A_page_that_differs_or_has_no_cmdlet_is_stale()
    {
        string folder = Directory.CreateTempSubdirectory("psnc-docs-").FullName;
        try
        {
            Assert.Equal(2, HelpTool.Stale([s_help], folder).Count());
            foreach ((string name, string text) in MarkdownWriter.Write([s_help]))
            {
                File.WriteAllText(Path.Combine(folder, name), text);
            }
            Assert.Empty(HelpTool.Stale([s_help], folder));
            File.AppendAllText(Path.Combine(folder, "Set-Sample.md"), "x");
            File.WriteAllText(Path.Combine(folder, "Get-Gone.md"), "x");
            Assert.Equal(2, HelpTool.Stale([s_help], folder).Count());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ParameterHelp Parameter(string name) => s_help.Parameters.Single(p => p.Name == name);

    private static string Page() => MarkdownWriter.Write([s_help])["Set-Sample.md"];

    private static CmdletHelp Read(string documentation)
    {
        DocFile docs = new();
        docs.Add(XDocument.Parse(documentation, LoadOptions.PreserveWhitespace));
        return new ModuleReader([typeof(SetSampleCommand)], docs).Read().Single();
    }
}
