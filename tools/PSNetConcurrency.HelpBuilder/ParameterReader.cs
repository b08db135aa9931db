using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>Reads a cmdlet's parameters: what the engine knows of them, and their doc comments.</summary>
internal sealed class ParameterReader
{
    // The engine's own parameters: described once here, since no class of the module declares them.
    private static readonly Dictionary<string, string> s_engine = new()
    {
        ["WhatIf"] = "Shows what would happen if the cmdlet ran. The cmdlet is not run.",
        ["Confirm"] = "Asks for confirmation before the cmdlet does anything.",
    };

    private readonly Type _class;
    private readonly DocFile _docs;
    private readonly DocReader _reader;
    private readonly object? _instance;

    public ParameterReader(Type cmdletClass, DocFile docs, DocReader reader)
    {
        (_class, _docs, _reader) = (cmdletClass, docs, reader);
        _instance = Activator.CreateInstance(cmdletClass, nonPublic: true);
    }

    public static bool IsCommon(string name) => !s_engine.ContainsKey(name) && (Cmdlet.CommonParameters.Contains(name) || Cmdlet.OptionalCommonParameters.Contains(name));

    /// <summary>A parameter as it is in one parameter set.</summary>
    public ParameterHelp Read(CommandParameterInfo parameter, string set)
    {
        PropertyInfo? property = Property(parameter.Name);
        bool isSwitch = parameter.ParameterType == typeof(SwitchParameter);
        return new ParameterHelp(
            parameter.Name,
            TypeName.Short(parameter.ParameterType),
            isSwitch,
            Describe(parameter.Name, property),
            set == ParameterAttribute.AllParameterSets ? [] : [set],
            parameter.IsMandatory,
            parameter.Position < 0 ? "Named" : parameter.Position.ToString(CultureInfo.InvariantCulture),
            Pipeline(parameter),
            parameter.IsMandatory ? "None" : Default(property, isSwitch),
            parameter.Aliases,
            Values(parameter),
            Range(parameter),
            property?.IsDefined(typeof(SupportsWildcardsAttribute)) ?? false);
    }

    private PropertyInfo? Property(string name) =>
        _class.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.Name == name).OrderByDescending(Depth).FirstOrDefault();

    private static int Depth(PropertyInfo p)
    {
        int depth = 0;
        for (Type? t = p.DeclaringType; t is not null; t = t.BaseType)
        {
            depth++;
        }
        return depth;
    }

    private DocText Describe(string name, PropertyInfo? property) =>
        property is null
            ? s_engine.TryGetValue(name, out string? text) ? DocText.Of(text) : DocText.None
            : _docs.OfProperty(property) is { } doc
                ? new DocText([.. _reader.Read(doc.Element("summary")).Paragraphs, .. _reader.Read(doc.Element("remarks")).Paragraphs])
                : DocText.None;

    private string Default(PropertyInfo? property, bool isSwitch)
    {
        if (property is not null && _docs.OfProperty(property)?.Element("value") is { } written)
        {
            return string.Join(' ', DocReader.Plain(_reader.Read(written)));
        }
        if (isSwitch || property is null)
        {
            return isSwitch ? "False" : "None";
        }
        object? value = property.CanRead ? property.GetValue(_instance) : null;
        // A value that the parameter itself would refuse stands for "not given".
        bool refused = value is IComparable and not Enum && property.GetCustomAttribute<ValidateRangeAttribute>() is { MinRange: IComparable low } range
            && (low.CompareTo(Convert.ChangeType(value, low.GetType(), CultureInfo.InvariantCulture)) > 0 || ((IComparable)range.MaxRange).CompareTo(Convert.ChangeType(value, low.GetType(), CultureInfo.InvariantCulture)) < 0);
        return refused ? "None" : Show(value);
    }

    private static string Show(object? value) => value switch
    {
        null or "" => "None",
        string s => s,
        bool b => b ? "True" : "False",
        Enum e => e.ToString(),
        Encoding { CodePage: 65001 } e => e.Preamble.Length == 0 ? "utf8NoBOM" : "utf8BOM",
        Encoding e => e.WebName,
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        ICollection { Count: 0 } => "None",
        Array a => string.Join(", ", a.Cast<object?>().Select(Show)),
        _ when value.GetType().FullName!.StartsWith("PSNetConcurrency.", StringComparison.Ordinal) => value.ToString()!,
        _ => "None",
    };

    private static string Pipeline(CommandParameterInfo p) => (p.ValueFromPipeline, p.ValueFromPipelineByPropertyName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    private IReadOnlyList<ValueHelp> Values(CommandParameterInfo p)
    {
        if (p.Attributes.OfType<ValidateSetAttribute>().FirstOrDefault() is { } set)
        {
            return [.. set.ValidValues.Select(v => new ValueHelp(v, DocText.None))];
        }
        Type type = p.ParameterType.IsArray ? p.ParameterType.GetElementType()! : p.ParameterType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return !type.IsEnum ? [] : [.. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => new ValueHelp(f.Name, _reader.Read(_docs.OfField(f)?.Element("summary"))))];
    }

    private static string? Range(CommandParameterInfo p) =>
        p.Attributes.OfType<ValidateRangeAttribute>().FirstOrDefault() is { MinRange: not null } range
            ? string.Create(CultureInfo.InvariantCulture, $"{range.MinRange} to {range.MaxRange}")
            : null;
}
