using System.Xml.Linq;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>Writes help as MAML, the XML that Get-Help reads.</summary>
public static class MamlWriter
{
    private static readonly XNamespace s_msh = "http://msh";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static XDocument Write(IEnumerable<CmdletHelp> cmdlets) => new(
        new XElement(s_msh + "helpItems",
            new XAttribute("schema", "maml"),
            cmdlets.Select(Command)));

    private static XElement Command(CmdletHelp c) => new(s_command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", s_maml),
        new XAttribute(XNamespace.Xmlns + "command", s_command),
        new XAttribute(XNamespace.Xmlns + "dev", s_dev),
        new XElement(s_command + "details",
            new XElement(s_command + "name", c.Name),
            new XElement(s_command + "verb", c.Verb),
            new XElement(s_command + "noun", c.Noun),
            Description(c.Synopsis)),
        Description(c.Description),
        new XElement(s_command + "syntax", c.Syntax.Select(s => new XElement(s_command + "syntaxItem",
            new XElement(s_maml + "name", c.Name), s.Parameters.Select(p => Parameter(p, inSyntax: true))))),
        new XElement(s_command + "parameters", c.Parameters.Select(p => Parameter(p, inSyntax: false))),
        new XElement(s_command + "inputTypes", (c.Inputs.Count > 0 ? c.Inputs : [new TypeHelp("None", DocText.None)]).Select(t => TypeElement("inputType", t))),
        new XElement(s_command + "returnValues", c.Outputs.Select(t => TypeElement("returnValue", t))),
        new XElement(s_command + "examples", c.Examples.Select((e, i) => Example(e, i + 1))),
        new XElement(s_command + "relatedLinks", c.Links.Select(l => new XElement(s_maml + "navigationLink",
            new XElement(s_maml + "linkText", l.Text), new XElement(s_maml + "uri", l.Uri)))));

    private static XElement Parameter(ParameterHelp p, bool inSyntax)
    {
        // The help of a parameter has no element of its own for its values: they follow the description.
        List<XElement> description = [.. Paragraphs(p.Description)];
        if (!inSyntax && p.Values.Count > 0)
        {
            description.Add(new XElement(s_maml + "para", string.Join('\n', p.Values.Select(v =>
                v.Description.IsEmpty ? $"- {v.Name}" : $"- {v.Name}: {string.Join(' ', DocReader.Plain(v.Description))}"))));
        }
        if (!inSyntax && p.Range is not null)
        {
            description.Add(new XElement(s_maml + "para", $"Accepted: {p.Range}."));
        }
        if (!inSyntax && p.OptionalIn.Count > 0)
        {
            description.Add(new XElement(s_maml + "para", $"Required: {p.RequiredText}."));
        }
        return new XElement(s_command + "parameter",
            new XAttribute("required", p.Required),
            new XAttribute("variableLength", p.Type.EndsWith("[]", StringComparison.Ordinal)),
            new XAttribute("globbing", p.Wildcards),
            new XAttribute("pipelineInput", p.Pipeline),
            new XAttribute("position", p.Position),
            new XAttribute("aliases", p.Aliases.Count == 0 ? "none" : string.Join(", ", p.Aliases)),
            new XElement(s_maml + "name", p.Name),
            new XElement(s_maml + "description", description),
            p.IsSwitch && inSyntax ? null : new XElement(s_command + "parameterValue",
                new XAttribute("required", !p.IsSwitch), new XAttribute("variableLength", false), p.Type),
            new XElement(s_dev + "type", new XElement(s_maml + "name", p.Type), new XElement(s_maml + "uri")),
            new XElement(s_dev + "defaultValue", p.Default));
    }

    private static XElement TypeElement(string name, TypeHelp t) => new(s_command + name,
        new XElement(s_dev + "type", new XElement(s_maml + "name", t.Type ?? string.Join(' ', DocReader.Plain(t.Description)))),
        new XElement(s_maml + "description", t.Type is null ? null : Paragraphs(t.Description)));

    private static XElement Example(ExampleHelp e, int number) => new(s_command + "example",
        new XElement(s_maml + "title", $"------- Example {number}: {string.Join(' ', DocReader.Plain(e.Title)).TrimEnd('.')} -------"),
        new XElement(s_dev + "code", e.Code),
        // An empty paragraph is the blank line before the next title.
        new XElement(s_dev + "remarks", Paragraphs(e.Remarks), new XElement(s_maml + "para")));

    private static XElement Description(DocText text) => new(s_maml + "description", Paragraphs(text));

    private static IEnumerable<XElement> Paragraphs(DocText text) => DocReader.Plain(text).Select(p => new XElement(s_maml + "para", p));
}
