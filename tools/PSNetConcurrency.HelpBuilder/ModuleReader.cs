using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>Reads the help of every cmdlet of an assembly from its attributes and doc comments.</summary>
public sealed class ModuleReader
{
    private readonly DocFile _docs;
    private readonly DocReader _reader;
    private readonly IReadOnlyList<Type> _classes;

    public ModuleReader(IEnumerable<Type> classes, DocFile docs)
    {
        _docs = docs;
        _classes = [.. classes.Where(t => t is { IsPublic: true, IsAbstract: false } && t.IsDefined(typeof(CmdletAttribute), inherit: false))];
        _reader = new DocReader(_classes.ToDictionary(t => t.FullName!, NameOf));
    }

    /// <summary>Loads the module's assembly and the documentation files of a folder.</summary>
    public static ModuleReader Load(string assemblyPath, string documentationFolder) =>
        new(Assembly.LoadFrom(Path.GetFullPath(assemblyPath)).GetExportedTypes(), DocFile.ReadFolder(documentationFolder));

    public IReadOnlyList<CmdletHelp> Read() => [.. _classes.Select(Read).OrderBy(c => c.Name, StringComparer.Ordinal)];

    private static string NameOf(Type type) =>
        type.GetCustomAttribute<CmdletAttribute>(inherit: false) is { } a ? $"{a.VerbName}-{a.NounName}" : type.Name;

    private CmdletHelp Read(Type type)
    {
        CmdletInfo info = new(NameOf(type), type);
        XElement? doc = _docs.OfType(type);
        ParameterReader parameters = new(type, _docs, _reader);
        List<SyntaxHelp> syntax = [.. info.ParameterSets
            .OrderByDescending(s => s.IsDefault).ThenBy(s => s.Name, StringComparer.Ordinal)
            .Select(s => new SyntaxHelp(s.Name, s.IsDefault, $"{info.Name} {s}", InOrder(s, parameters)))];
        return new CmdletHelp(
            info.Name,
            type.Namespace!.Split('.')[^1],
            type,
            _reader.Read(doc?.Element("summary")),
            _reader.Read(doc?.Element("remarks")),
            syntax,
            Merge(syntax),
            Types(doc?.Elements("inputs"), InputTypes(info)),
            Types(doc?.Elements("outputs"), info.OutputType.Select(t => t.Name)),
            [.. (doc?.Elements("example") ?? []).Select(Example)],
            [.. (doc?.Elements("seealso") ?? []).Select(Link)]);
    }

    private static List<ParameterHelp> InOrder(CommandParameterSetInfo set, ParameterReader reader) =>
        [.. set.Parameters.Where(p => !ParameterReader.IsCommon(p.Name))
            .OrderBy(p => p.Position < 0 ? int.MaxValue : p.Position)
            .ThenByDescending(p => p.IsMandatory)
            .ThenBy(p => p.Name is "WhatIf" or "Confirm")
            .Select(p => reader.Read(p, set.Name))];

    /// <summary>One entry a parameter: what differs between its sets is said together.</summary>
    private static List<ParameterHelp> Merge(List<SyntaxHelp> syntax) =>
        [.. syntax.SelectMany(s => s.Parameters).GroupBy(p => p.Name).Select(g =>
        {
            ParameterHelp first = g.First();
            bool everywhere = g.Count() == syntax.Count;
            bool differs = g.Any(p => p.Required != first.Required);
            return first with
            {
                Sets = everywhere ? [] : [.. g.SelectMany(p => p.Sets)],
                // Get-Help knows yes and no only: that of the default set, where it has the parameter.
                Required = first.Required,
                RequiredIn = differs ? [.. g.Where(p => p.Required).SelectMany(p => p.Sets)] : [],
                OptionalIn = differs ? [.. g.Where(p => !p.Required).SelectMany(p => p.Sets)] : [],
                Default = g.FirstOrDefault(p => p.Default != "None")?.Default ?? "None",
                Position = string.Join(", ", g.Select(p => p.Position).Distinct()),
                Pipeline = g.Select(p => p.Pipeline).OrderByDescending(p => p.Length).First(p => p != "False" || g.All(q => q.Pipeline == "False")),
            };
        }).OrderBy(p => p.Name is "WhatIf" or "Confirm").ThenBy(p => p.Name, StringComparer.Ordinal)];

    private static IEnumerable<string> InputTypes(CmdletInfo info) => info.ParameterSets
        .SelectMany(s => s.Parameters).Where(p => p.ValueFromPipeline)
        .Select(p => TypeName.Full(p.ParameterType.IsArray && p.ParameterType != typeof(byte[]) ? p.ParameterType.GetElementType()! : p.ParameterType)).Distinct();

    /// <summary>A paragraph that begins "Some.Type: " describes that type; another describes the only type there is.</summary>
    private List<TypeHelp> Types(IEnumerable<XElement>? elements, IEnumerable<string> declared)
    {
        List<string> left = [.. declared];
        List<TypeHelp> types = [];
        foreach (XElement para in (elements ?? []).SelectMany(e => _reader.Read(e).Paragraphs))
        {
            string text = para.Value;
            int colon = text.IndexOf(": ", StringComparison.Ordinal);
            string? named = colon > 0 && !text[..colon].Contains(' ', StringComparison.Ordinal) ? text[..colon] : null;
            string? type = left.Find(t => named is not null && LastPart(t).Equals(LastPart(named), StringComparison.OrdinalIgnoreCase)) ?? named;
            if (type is null && left.Count == 1)
            {
                type = left[0];
            }
            left.Remove(type ?? "");
            types.Add(new TypeHelp(type, named is null ? new DocText([para]) : new DocText([WithoutPrefix(para, named)])));
        }
        return [.. types, .. left.Select(t => new TypeHelp(t, DocText.None))];
    }

    // A doc comment may leave the namespace out.
    private static string LastPart(string type) => type[(type.LastIndexOf('.') + 1)..];

    private static XElement WithoutPrefix(XElement para, string prefix)
    {
        XElement copy = new(para);
        int left = prefix.Length + 2;
        while (left > 0 && copy.FirstNode is { } node)
        {
            string text = node is XText t ? t.Value : ((XElement)node).Value;
            if (text.Length > left && node is XText rest)
            {
                rest.Value = text[left..].TrimStart();
                break;
            }
            left -= text.Length;
            node.Remove();
        }
        if (copy.FirstNode is XText { Value.Length: > 0 } start)
        {
            start.Value = char.ToUpperInvariant(start.Value[0]) + start.Value[1..];
        }
        return copy;
    }

    private ExampleHelp Example(XElement example)
    {
        List<XNode> nodes = [.. example.Nodes()];
        int code = nodes.FindIndex(n => n is XElement { Name.LocalName: "code" });
        return code < 0
            ? new ExampleHelp(_reader.ReadNodes(nodes), "", DocText.None)
            : new ExampleHelp(_reader.ReadNodes(nodes[..code]), DocReader.ReadCode((XElement)nodes[code]), _reader.ReadNodes(nodes[(code + 1)..]));
    }

    private LinkHelp Link(XElement link)
    {
        string? uri = (string?)link.Attribute("href");
        string name = (string?)link.Attribute("cref") is { } cref ? _reader.NameOf(cref) : uri ?? "";
        return new LinkHelp(string.IsNullOrWhiteSpace(link.Value) ? name : link.Value.Trim(), uri);
    }
}
