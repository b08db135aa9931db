namespace PSNetConcurrency.HelpBuilder;

/// <summary>Finds the parts that a cmdlet's help lacks.</summary>
public static class Completeness
{
    /// <summary>One line a missing part; nothing where the help is full.</summary>
    public static IEnumerable<string> Missing(CmdletHelp help)
    {
        ArgumentNullException.ThrowIfNull(help);
        if (help.Synopsis.IsEmpty)
        {
            yield return $"{help.Name}: no synopsis (<summary> on {help.Class.Name})";
        }
        if (help.Description.IsEmpty)
        {
            yield return $"{help.Name}: no description (<remarks> on {help.Class.Name})";
        }
        foreach (ParameterHelp parameter in help.Parameters.Where(p => p.Description.IsEmpty))
        {
            yield return $"{help.Name}: no description of -{parameter.Name} (<summary> on the property)";
        }
        if (help.Examples.Count == 0)
        {
            yield return $"{help.Name}: no example (<example> on {help.Class.Name})";
        }
        for (int i = 0; i < help.Examples.Count; i++)
        {
            if (help.Examples[i].Title.IsEmpty)
            {
                yield return $"{help.Name}: example {i + 1} has no title (<para> before <code>)";
            }
            if (help.Examples[i].Code.Length == 0)
            {
                yield return $"{help.Name}: example {i + 1} has no code (<code>)";
            }
        }
        if (help.Outputs.All(o => o.Description.IsEmpty))
        {
            yield return $"{help.Name}: no outputs (<outputs> on {help.Class.Name}; \"None.\" where there are none)";
        }
    }
}
