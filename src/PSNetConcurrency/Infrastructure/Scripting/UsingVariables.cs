using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Scripting;

/// <summary>
/// A script block made ready for another runspace: its text, with each <c>$using:name</c> replaced by a variable that
/// has the value it has here and now.
/// </summary>
internal sealed record UsingVariables(string Script, IReadOnlyDictionary<string, object?> Values)
{
    private const string Prefix = "__using_";

    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: a variable is not set here.</exception>
    public static UsingVariables Resolve(ScriptBlock block, Func<string, PSVariable?> find)
    {
        string text = block.ToString();
        Dictionary<string, object?> values = new(StringComparer.OrdinalIgnoreCase);
        List<(int Start, int End, string Name)> places = [];
        foreach (UsingExpressionAst use in block.Ast.FindAll(a => a is UsingExpressionAst, searchNestedScriptBlocks: true).Cast<UsingExpressionAst>())
        {
            VariableExpressionAst variable = UsingExpressionAst.ExtractUsingVariable(use);
            string name = variable.VariablePath.UserPath;
            PSVariable found = find(name) ?? throw new NetException(NetError.InvalidArgument,
                $"The value of $using:{name} can't be taken: there is no variable ${name} here. Set it first.", name);
            string key = Prefix + string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
            values[key] = found.Value;
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
}
