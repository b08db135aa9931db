using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using System.Text.RegularExpressions;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Scripting;

/// <summary>
/// A script block made ready for another runspace: its text, with each <c>$using:name</c> replaced by a variable that
/// has the value it has here and now.
/// </summary>
internal sealed partial record UsingVariables(string Script, IReadOnlyDictionary<string, object?> Values)
{
    private const string Prefix = "__using_";

    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: a variable is not set here.</exception>
    public static UsingVariables Resolve(ScriptBlock block, PSVariableIntrinsics variables)
    {
        string text = block.ToString();
        Dictionary<string, object?> values = new(StringComparer.OrdinalIgnoreCase);
        List<(int Start, int End, string Name)> places = [];
        foreach (UsingExpressionAst use in block.Ast.FindAll(a => a is UsingExpressionAst, searchNestedScriptBlocks: true).Cast<UsingExpressionAst>())
        {
            VariableExpressionAst variable = UsingExpressionAst.ExtractUsingVariable(use);
            string name = variable.VariablePath.UserPath;
            string key = KeyOf(name);
            values[key] = variable.VariablePath.IsDriveQualified ? OfDrive(name, variables) : (variables.Get(name) ?? throw Missing(name)).Value;
            places.Add((variable.Extent.StartOffset, variable.Extent.EndOffset, key));
        }
        if (places.Count == 0)
        {
            return new UsingVariables(text, values);
        }
        // Where the text begins in the source: the extent has the braces of { … }, and the head of a function, beside it.
        int shift = block.Ast.Extent.Text.IndexOf(text, StringComparison.Ordinal);
        if (shift < 0)
        {
            throw new NetException(NetError.InvalidArgument, "The $using: variables of this script block can't be found in its text. Write the block as { … }, or pass values with -Variable.");
        }
        int origin = block.Ast.Extent.StartOffset + shift;
        StringBuilder script = new(text);
        foreach ((int start, int end, string key) in places.OrderByDescending(p => p.Start))
        {
            // In braces, or what follows in a string would be taken for part of the name.
            int at = start - origin;
            script.Remove(at, end - start).Insert(at, text[at] == '$' ? $"${{{key}}}" : $"@{key}");
        }
        return new UsingVariables(script.ToString(), values);
    }

    /// <summary>What a person wrote for a variable that has this name in the other runspace.</summary>
    public static string Shown(string key) => key.StartsWith(Prefix, StringComparison.Ordinal)
        ? $"$using:{Coded().Replace(key[Prefix.Length..], m => m.Value == "__" ? "_" : ((char)Convert.ToInt32(m.Value[1..], 16)).ToString())}"
        : key;

    // No two names have the same: others than letters and digits are told by their code.
    private static string KeyOf(string name) =>
        Prefix + string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c.ToString() : c == '_' ? "__" : $"_{(int)c:x4}"));

    // Such as $using:env:HOME. A function's text is what can travel.
    private static object OfDrive(string name, PSVariableIntrinsics variables) => variables.GetValue(name) switch
    {
        null => throw Missing(name),
        ScriptBlock function => function.ToString(),
        PSObject { BaseObject: ScriptBlock function } => function.ToString(),
        var value => value,
    };

    private static NetException Missing(string name) => new(NetError.InvalidArgument,
        $"The value of $using:{name} can't be taken: there is no ${name} here. Set it first.", name);

    [GeneratedRegex("__|_[0-9a-f]{4}")]
    private static partial Regex Coded();
}
