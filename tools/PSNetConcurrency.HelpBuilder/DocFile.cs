using System.Reflection;
using System.Xml.Linq;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>The doc comments of the module's assemblies, found by member.</summary>
public sealed class DocFile
{
    private readonly Dictionary<string, XElement> _members = [];

    /// <summary>Reads the documentation files which the compiler wrote beside the assemblies of a folder.</summary>
    public static DocFile ReadFolder(string folder)
    {
        DocFile docs = new();
        foreach (string path in Directory.EnumerateFiles(folder, "PSNetConcurrency*.xml").Order(StringComparer.Ordinal))
        {
            docs.Add(XDocument.Load(path, LoadOptions.PreserveWhitespace));
        }
        return docs;
    }

    public void Add(XDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        foreach (XElement member in document.Descendants("member"))
        {
            _members.TryAdd((string?)member.Attribute("name") ?? "", member);
        }
    }

    public XElement? OfType(Type type) => _members.GetValueOrDefault($"T:{TypeId(type)}");

    public XElement? OfField(FieldInfo field) =>
        _members.GetValueOrDefault($"F:{TypeId(field.DeclaringType!)}.{field.Name}");

    /// <summary>The comment of a property, or of the nearest base class's property that it overrides or hides.</summary>
    public XElement? OfProperty(PropertyInfo property)
    {
        for (Type? type = property.DeclaringType; type is not null; type = type.BaseType)
        {
            if (_members.GetValueOrDefault($"P:{TypeId(type)}.{property.Name}") is { } found && found.Element("inheritdoc") is null)
            {
                return found;
            }
        }
        return null;
    }

    private static string TypeId(Type type) =>
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');
}
