using System.Collections;
using System.Management.Automation;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>The names that PowerShell prints for types.</summary>
internal static class TypeName
{
    private static readonly Dictionary<Type, string> s_accelerators = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(decimal)] = "decimal",
        [typeof(double)] = "double",
        [typeof(float)] = "float",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(short)] = "short",
        [typeof(uint)] = "uint",
        [typeof(ulong)] = "ulong",
        [typeof(ushort)] = "ushort",
        [typeof(string)] = "string",
        [typeof(object)] = "Object",
        [typeof(PSObject)] = "psobject",
        [typeof(ScriptBlock)] = "scriptblock",
        [typeof(Hashtable)] = "hashtable",
        [typeof(PSCredential)] = "pscredential",
        [typeof(SwitchParameter)] = "switch",
    };

    /// <summary>The short name, as syntax lines have it.</summary>
    public static string Short(Type type) =>
        type.IsArray ? $"{Short(type.GetElementType()!)}[]"
        : Nullable.GetUnderlyingType(type) is { } inner ? Short(inner)
        : s_accelerators.TryGetValue(type, out string? name) ? name
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}[{string.Join(", ", type.GetGenericArguments().Select(Short))}]"
        : type.Name;

    /// <summary>The full name, as [OutputType] and Get-Member have it.</summary>
    public static string Full(Type type) => Nullable.GetUnderlyingType(type)?.FullName ?? type.FullName ?? type.Name;
}
