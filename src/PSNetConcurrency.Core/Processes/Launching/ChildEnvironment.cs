using System.Collections;
using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>The variables of a child: this process's, those asked for, and the two by which children know where they are.</summary>
internal static class ChildEnvironment
{
    /// <summary>How many processes of this module lie between a child and the first that started one.</summary>
    public const string DepthVariable = "PSNETCONCURRENCY_DEPTH";

    /// <summary>The child's name, which the names of its own children begin with.</summary>
    public const string NameVariable = "PSNETCONCURRENCY_NAME";

    /// <summary>The deepest that children of children may be.</summary>
    public const int DepthLimit = 8;

    private static readonly StringComparer Comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>How deep this process is itself; 0 where nothing of this module started it.</summary>
    public static int Depth => int.TryParse(Environment.GetEnvironmentVariable(DepthVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int depth) ? depth : 0;

    /// <summary>The name of a child with a number: below another child it begins with that one's.</summary>
    public static string NameOf(int id) => Environment.GetEnvironmentVariable(NameVariable) is { Length: > 0 } parent
        ? string.Create(CultureInfo.InvariantCulture, $"{parent}:{id}")
        : string.Create(CultureInfo.InvariantCulture, $"ChildProcess-{id}");

    /// <exception cref="NetException">DepthLimitReached: a program that starts itself would go on until the machine is full.</exception>
    public static void CheckDepth()
    {
        if (Depth >= DepthLimit)
        {
            throw new NetException(NetError.DepthLimitReached,
                $"Children that start children have come {DepthLimit} deep, and go no deeper, so that a script which starts itself does not fill the machine. Look at the script for that; where it is meant, set the variable {DepthVariable} to 0 in the child.", DepthLimit);
        }
    }

    /// <exception cref="NetException">InvalidArgument: a name or value that no variable can have.</exception>
    public static void Check(string name, string? value)
    {
        if (name.Length == 0 || name.Contains('=') || name.Contains('\0') || value?.Contains('\0') == true)
        {
            throw new NetException(NetError.InvalidArgument, $"'{name}' can't be the name of an environment variable, or its value has the character NUL in it.", name);
        }
    }

    /// <summary>In what a child's variables differ from this process's; null takes one away.</summary>
    /// <exception cref="NetException">InvalidArgument: a name or value that no variable can have.</exception>
    public static Dictionary<string, string?> Changes(IReadOnlyDictionary<string, string?>? asked, string name)
    {
        Dictionary<string, string?> changes = new(Comparer)
        {
            [DepthVariable] = (Depth + 1).ToString(CultureInfo.InvariantCulture),
            [NameVariable] = name,
        };
        foreach ((string key, string? value) in asked ?? new Dictionary<string, string?>())
        {
            Check(key, value);
            changes[key] = value;
        }
        return changes;
    }

    /// <exception cref="NetException">InvalidArgument: a name or value that no variable can have.</exception>
    public static Dictionary<string, string> Build(IReadOnlyDictionary<string, string?>? asked, string name)
    {
        Dictionary<string, string> all = new(Comparer);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            all[(string)variable.Key] = (string?)variable.Value ?? "";
        }
        foreach ((string key, string? value) in Changes(asked, name))
        {
            if (value is null)
            {
                all.Remove(key);
            }
            else
            {
                all[key] = value;
            }
        }
        return all;
    }
}
