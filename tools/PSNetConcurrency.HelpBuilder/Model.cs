using System.Xml.Linq;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>The help of one cmdlet, as both writers take it.</summary>
public sealed record CmdletHelp(
    string Name,
    string Area,
    Type Class,
    DocText Synopsis,
    DocText Description,
    IReadOnlyList<SyntaxHelp> Syntax,
    IReadOnlyList<ParameterHelp> Parameters,
    IReadOnlyList<TypeHelp> Inputs,
    IReadOnlyList<TypeHelp> Outputs,
    IReadOnlyList<ExampleHelp> Examples,
    IReadOnlyList<LinkHelp> Links)
{
    public string Verb => Name[..Name.IndexOf('-')];

    public string Noun => Name[(Name.IndexOf('-') + 1)..];
}

/// <summary>One parameter set. <paramref name="Text"/> is the line that Get-Command -Syntax prints.</summary>
public sealed record SyntaxHelp(string Set, bool IsDefault, string Text, IReadOnlyList<ParameterHelp> Parameters);

/// <summary>A parameter: of one set in a <see cref="SyntaxHelp"/>, of all sets in a <see cref="CmdletHelp"/>.</summary>
public sealed record ParameterHelp(
    string Name,
    string Type,
    bool IsSwitch,
    DocText Description,
    IReadOnlyList<string> Sets,
    bool Required,
    string Position,
    string Pipeline,
    string Default,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<ValueHelp> Values,
    string? Range,
    bool Wildcards)
{
    /// <summary>Sets in which it is required, where it is not in all that have it.</summary>
    public IReadOnlyList<string> RequiredIn { get; init; } = [];

    /// <summary>Sets in which it is not, where it is required in others.</summary>
    public IReadOnlyList<string> OptionalIn { get; init; } = [];

    /// <summary>Whether it is required; with the sets, where they differ.</summary>
    public string RequiredText => OptionalIn.Count > 0
        ? $"Yes ({string.Join(", ", RequiredIn)}), No ({string.Join(", ", OptionalIn)})"
        : Required ? "Yes" : "No";
}

/// <summary>A value that a parameter accepts.</summary>
public sealed record ValueHelp(string Name, DocText Description);

/// <summary>An input or output: the type's name, or nothing where the doc comment names none, and a description.</summary>
public sealed record TypeHelp(string? Type, DocText Description);

/// <summary>An example: what it shows, the code, what to see in its output.</summary>
public sealed record ExampleHelp(DocText Title, string Code, DocText Remarks);

/// <summary>A related link: to a cmdlet of this module where <paramref name="Uri"/> is null.</summary>
public sealed record LinkHelp(string Text, string? Uri);

/// <summary>Text of a doc comment: paragraphs with inline elements, already resolved to words.</summary>
public sealed record DocText(IReadOnlyList<XElement> Paragraphs)
{
    public static DocText None { get; } = new([]);

    public bool IsEmpty => Paragraphs.All(p => string.IsNullOrWhiteSpace(p.Value) && !p.HasElements);

    public static DocText Of(string text) => new([new XElement("para", text)]);
}
