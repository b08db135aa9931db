using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>Writes help as one Markdown page a cmdlet and an index.</summary>
public static partial class MarkdownWriter
{
    /// <summary>The pages by file name.</summary>
    public static IReadOnlyDictionary<string, string> Write(IReadOnlyList<CmdletHelp> cmdlets)
    {
        ArgumentNullException.ThrowIfNull(cmdlets);
        Dictionary<string, string> pages = cmdlets.ToDictionary(c => $"{c.Name}.md", Page);
        pages["README.md"] = Index(cmdlets);
        return pages;
    }

    private static string Index(IReadOnlyList<CmdletHelp> cmdlets)
    {
        StringBuilder page = new("# The cmdlets\n\nMade from the doc comments in the source, as `Get-Help` is: `./build.ps1 -Task Docs` writes these pages.\n");
        foreach (IGrouping<string, CmdletHelp> area in cmdlets.GroupBy(c => c.Area).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {area.Key}\n\n| Cmdlet | |\n| --- | --- |\n");
            foreach (CmdletHelp c in area)
            {
                page.Append(CultureInfo.InvariantCulture, $"| [{c.Name}]({c.Name}.md) | {Cell(c.Synopsis)} |\n");
            }
        }
        return page.ToString();
    }

    private static string Page(CmdletHelp c)
    {
        StringBuilder page = new($"# {c.Name}\n");
        Section(page, "Synopsis", Text(c.Synopsis));
        Section(page, "Syntax", string.Join("\n\n", c.Syntax.Select(s => $"{SetTitle(c, s)}{Fence(s.Text, "text")}")));
        Section(page, "Description", Text(c.Description));
        Section(page, "Examples", string.Join("\n\n", c.Examples.Select((e, i) =>
            $"### Example {i + 1}: {Text(e.Title).TrimEnd('.')}\n\n{Fence(e.Code, "powershell")}{(e.Remarks.IsEmpty ? "" : $"\n\n{Text(e.Remarks)}")}")));
        Section(page, "Parameters", string.Join("\n\n", c.Parameters.Select(Parameter).Append(
            "### CommonParameters\n\n-Verbose, -ErrorAction, -OutVariable and the other common parameters work as in every cmdlet: see `Get-Help about_CommonParameters`.")));
        Section(page, "Inputs", Types(c.Inputs));
        Section(page, "Outputs", Types(c.Outputs));
        if (c.Links.Count > 0)
        {
            Section(page, "Related links", string.Join('\n', c.Links.Select(l => $"- [{l.Text}]({l.Uri ?? $"{l.Text}.md"})")));
        }
        return page.ToString();
    }

    private static string SetTitle(CmdletHelp c, SyntaxHelp s) => c.Syntax.Count == 1 ? "" : $"### {s.Set}{(s.IsDefault ? " (default)" : "")}\n\n";

    private static string Parameter(ParameterHelp p)
    {
        StringBuilder text = new($"### -{p.Name}\n\n{Text(p.Description)}\n\n");
        foreach (ValueHelp value in p.Values)
        {
            text.Append(value.Description.IsEmpty ? $"- `{value.Name}`\n" : $"- `{value.Name}`: {Cell(value.Description)}\n");
        }
        text.Append(p.Values.Count > 0 ? "\n" : "").Append("| | |\n| --- | --- |\n");
        Row("Type", $"`{p.Type}`");
        Row("Parameter sets", p.Sets.Count == 0 ? null : string.Join(", ", p.Sets));
        Row("Aliases", p.Aliases.Count == 0 ? null : string.Join(", ", p.Aliases));
        Row("Accepted", p.Range);
        Row("Required", p.RequiredText);
        Row("Position", p.Position);
        Row("Default", p.Default == "None" ? p.Default : $"`{p.Default}`");
        Row("Pipeline input", p.Pipeline);
        Row("Wildcards", p.Wildcards ? "Yes" : "No");
        return text.ToString().TrimEnd('\n');

        void Row(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
            }
        }
    }

    private static string Types(IReadOnlyList<TypeHelp> types) => types.Count == 0
        ? "None. Nothing is taken from the pipeline by value."
        : string.Join("\n\n", types.Select(t => t.Type is null ? Text(t.Description) : $"### {t.Type}{(t.Description.IsEmpty ? "" : $"\n\n{Text(t.Description)}")}"));

    private static void Section(StringBuilder page, string title, string text) => page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{text}\n");

    private static string Fence(string code, string language) => $"```{language}\n{code}\n```";

    private static string Cell(DocText text) => Text(text).ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);

    private static string Text(DocText text)
    {
        StringBuilder result = new();
        foreach (XElement para in text.Paragraphs)
        {
            string line = string.Concat(para.Nodes().Select(Inline));
            // Items of a list stay together; paragraphs stand apart.
            bool together = line.StartsWith("- ", StringComparison.Ordinal) && LastLine(result).StartsWith("- ", StringComparison.Ordinal);
            result.Append(result.Length == 0 ? "" : together ? "\n" : "\n\n").Append(line);
        }
        return result.ToString();
    }

    private static string LastLine(StringBuilder text)
    {
        string all = text.ToString();
        return all[(all.LastIndexOf('\n') + 1)..];
    }

    private static string Inline(XNode node) => node switch
    {
        XElement { Name.LocalName: "a" } a => $"[{Escape(a.Value)}]({a.Attribute("href")!.Value})",
        XElement { Name.LocalName: "cmdlet" } cmdlet => $"[{cmdlet.Value}]({cmdlet.Value}.md)",
        XElement code => code.Value.Contains('`', StringComparison.Ordinal) ? $"`` {code.Value} ``" : $"`{code.Value}`",
        XText text => Escape(text.Value),
        _ => "",
    };

    private static string Escape(string text) => Special().Replace(text, @"\$0");

    [GeneratedRegex(@"[\\*<\[\]`]")]
    private static partial Regex Special();
}
