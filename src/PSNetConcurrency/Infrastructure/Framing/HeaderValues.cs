using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Framing;

/// <summary>The names and values of a header as plain .NET objects: the engine knows no PSObject.</summary>
internal static class HeaderValues
{
    // Deeper is refused when it is written; here only a loop must end.
    private const int MostDepth = 20;

    public static OrderedDictionary Unwrap(IDictionary header) => (OrderedDictionary)Unwrap(header, 0)!;

    private static object? Unwrap(object? value, int depth)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (depth > MostDepth)
        {
            return null;
        }
        switch (plain)
        {
            case PSObject custom:
                OrderedDictionary properties = [];
                foreach (PSPropertyInfo property in custom.Properties)
                {
                    properties[property.Name] = Unwrap(property.Value, depth + 1);
                }
                return properties;
            case IDictionary dictionary:
                OrderedDictionary values = [];
                foreach (DictionaryEntry entry in dictionary)
                {
                    values[LanguagePrimitives.ConvertTo<string>(entry.Key)] = Unwrap(entry.Value, depth + 1);
                }
                return values;
            case IEnumerable items and not string:
                return items.Cast<object?>().Select(i => Unwrap(i, depth + 1)).ToArray();
            case null or IConvertible or IFormattable:
                return plain;
            default:
                // Here, where a failure of its own is the script's, and not later on the loop.
                return plain.ToString();
        }
    }
}
