using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>
/// Turns the inner XML of a doc comment into <see cref="DocText"/>: paragraphs of text, code (`c`) and links, in which
/// references are already the words that a user knows: a cmdlet's name for its class, -Name for its property.
/// </summary>
public sealed partial class DocReader(IReadOnlyDictionary<string, string> cmdletsByClass)
{
    /// <summary>Reads an element's paragraphs. Loose text between them makes paragraphs of its own.</summary>
    public DocText Read(XElement? element) => element is null ? DocText.None : ReadNodes(element.Nodes());

    public DocText ReadNodes(IEnumerable<XNode> nodes)
    {
        List<XElement> paragraphs = [];
        List<XNode> loose = [];
        foreach (XNode node in nodes)
        {
            switch (node)
            {
                case XElement { Name.LocalName: "para" } para:
                    Flush();
                    Add(para.Nodes());
                    break;
                case XElement { Name.LocalName: "list" } list:
                    Flush();
                    foreach (XElement item in list.Elements("item"))
                    {
                        Add([new XText("- "), .. ItemNodes(item)]);
                    }
                    break;
                default:
                    loose.Add(node);
                    break;
            }
        }
        Flush();
        return new DocText(paragraphs);

        void Flush()
        {
            Add(loose);
            loose.Clear();
        }

        void Add(IEnumerable<XNode> inline)
        {
            XElement para = new("para", inline.SelectMany(Inline));
            if (!string.IsNullOrWhiteSpace(para.Value))
            {
                paragraphs.Add(Trim(para));
            }
        }
    }

    /// <summary>The words for a reference such as T:PSNetConcurrency.Commands.Tcp.GetAvailablePortCommand.</summary>
    public string NameOf(string cref)
    {
        string path = cref[(cref.IndexOf(':') + 1)..];
        if (cmdletsByClass.TryGetValue(path, out string? cmdlet))
        {
            return cmdlet;
        }
        string bare = path.Split('(')[0], last = bare[(bare.LastIndexOf('.') + 1)..];
        bool isParameter = cref.StartsWith("P:", StringComparison.Ordinal) && cmdletsByClass.ContainsKey(bare[..bare.LastIndexOf('.')]);
        return isParameter ? $"-{last}" : GenericArity().Replace(last, "");
    }

    /// <summary>The text of a code element, without the indentation of the comment that it stands in.</summary>
    public static string ReadCode(XElement code)
    {
        List<string> lines = [.. code.Value.ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimEnd())];
        int indent = lines.Where(l => l.Length > 0).Select(l => l.Length - l.TrimStart().Length).DefaultIfEmpty().Min();
        // The first line stands right behind the tag, where it has no indentation to lose.
        if (lines.Count > 1 && lines[0].Length > 0 && !char.IsWhiteSpace(lines[0][0]))
        {
            indent = lines.Skip(1).Where(l => l.Length > 0).Select(l => l.Length - l.TrimStart().Length).DefaultIfEmpty().Min();
        }
        return string.Join('\n', lines.Select(l => l.Length - l.TrimStart().Length >= indent ? l[Math.Min(indent, l.Length)..] : l)).Trim('\n', ' ');
    }

    private static IEnumerable<XNode> ItemNodes(XElement item) => (item.Element("term"), item.Element("description")) switch
    {
        ({ } term, { } description) => [.. term.Nodes(), new XText(": "), .. description.Nodes()],
        (null, { } description) => description.Nodes(),
        ({ } term, null) => term.Nodes(),
        _ => item.Nodes(),
    };

    private IEnumerable<XNode> Inline(XNode node) => node switch
    {
        XText text => [new XText(Spaces().Replace(text.Value, " "))],
        XElement e => e.Name.LocalName switch
        {
            "c" or "code" => [new XElement("c", e.Value)],
            "paramref" => [new XElement("c", $"-{(string?)e.Attribute("name")}")],
            "see" or "seealso" => [Reference(e)],
            _ => e.Nodes().SelectMany(Inline),
        },
        _ => [],
    };

    private XElement Reference(XElement e)
    {
        if ((string?)e.Attribute("href") is { } uri)
        {
            return new XElement("a", new XAttribute("href", uri), e.IsEmpty ? uri : e.Value);
        }
        if ((string?)e.Attribute("langword") is { } word)
        {
            return new XElement("c", word is "null" or "true" or "false" ? $"${word}" : word);
        }
        string name = (string?)e.Attribute("cref") is { } cref ? NameOf(cref) : e.Value;
        return cmdletsByClass.Values.Contains(name) ? new XElement("cmdlet", name) : new XElement("c", name);
    }

    private static XElement Trim(XElement para)
    {
        if (para.FirstNode is XText first)
        {
            first.Value = first.Value.TrimStart();
        }
        if (para.LastNode is XText last)
        {
            last.Value = last.Value.TrimEnd();
        }
        return para;
    }

    /// <summary>The text without any mark-up, as Get-Help shows it.</summary>
    public static IEnumerable<string> Plain(DocText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (XElement para in text.Paragraphs)
        {
            StringBuilder line = new();
            foreach (XNode node in para.Nodes())
            {
                line.Append(node switch
                {
                    XElement { Name.LocalName: "a" } a when a.Value != a.Attribute("href")!.Value => $"{a.Value} ({a.Attribute("href")!.Value})",
                    XElement e => e.Value,
                    XText t => t.Value,
                    _ => "",
                });
            }
            yield return line.ToString();
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"`+\d+$")]
    private static partial Regex GenericArity();
}
